internal import Artifacts
internal import Conversations
internal import Foundation

/// Writes the rows of one split into numbered pairs of files.
final class ShardWriter {
  /// How much goes into a record batch and into a file.
  struct Limits: Sendable {
    /// A record batch has about so many rows, from half to one and a half, and fewer where an input
    /// ends; `datasets` writes a thousand.
    var batchRows = 1_000
    /// A data file grows to about so many bytes; `datasets` cuts at 500 MB.
    var fileBytes = 500_000_000
  }

  private let folder: String
  private let name: String
  private let limits: Limits
  private let checker: RowChecker?
  /// What the rows that were written hold; of none if nobody checks them as they are written.
  private(set) var findings: SplitFindings
  private var pending = ShardColumns()
  private var open: (data: ArrowStreamWriter, rows: ArrowStreamWriter)?
  private var rowsInFile = 0
  /// The files written so far; their names get the number of all files at the end.
  private var written: [(data: Digest, rows: Digest, rowCount: Int)] = []

  /// Begins a split below `folder`.
  ///
  /// - Parameter checker: checks rows as they are written; `nil` leaves that to whoever verifies the
  ///   set.
  init(
    _ split: Split, below folder: String, limits: Limits = Limits(), checker: RowChecker? = nil
  ) {
    name = split.rawValue
    findings = SplitFindings(split)
    self.folder = Path.join(folder, split.rawValue)
    (self.limits, self.checker) = (limits, checker)
  }

  /// Appends a row.
  ///
  /// - Throws: `unwritable`.
  func append(_ record: ShardRecord) throws {
    pending.append(record)
    if pending.isFull(rows: limits.batchRows) { try flush() }
  }

  /// Appends rows that were collected elsewhere.
  ///
  /// Where record batches begin follows from the rows of each part, never from who made it when.
  ///
  /// - Throws: `unwritable`.
  func append(_ rows: ShardPart.Rows) throws {
    switch rows {
    case .batch(let batch):
      try flush()
      try write(batch)
    case .few(let columns):
      if pending.rowCount == 0 { pending = columns } else { pending.append(columns) }
      if pending.isWorthWriting(rows: limits.batchRows) { try flush() }
    }
  }

  private func flush() throws {
    guard pending.rowCount > 0 else { return }
    let batch = try SealedBatch(pending, checker: checker)
    pending = ShardColumns()
    try write(batch)
  }

  private func write(_ batch: SealedBatch) throws {
    let files = try open ?? begin()
    try files.data.write(batch.data)
    try files.rows.write(batch.rows)
    rowsInFile += batch.rowCount
    if let found = batch.findings { findings.add(found) }
    if files.data.byteCount >= limits.fileBytes { try close() }
  }

  private func begin() throws -> (data: ArrowStreamWriter, rows: ArrowStreamWriter) {
    let number = written.count
    let isFirst = number == 0
    let files = (
      data: try ArrowStreamWriter(
        path("data", number, nil), schema: ShardSchema.data, isReadSoon: isFirst),
      rows: try ArrowStreamWriter(
        path("rows", number, nil), schema: ShardSchema.rows, isReadSoon: isFirst)
    )
    open = files
    return files
  }

  private func close() throws {
    guard let files = open else { return }
    written.append((try files.data.commit(), try files.rows.commit(), rowsInFile))
    open = nil
    rowsInFile = 0
  }

  /// `data-00003-of-00007.arrow`; without `-of-…` while the number of files is not known.
  private func path(_ kind: String, _ number: Int, _ count: Int?) -> String {
    Path.join(folder, Self.fileName(kind, number, count))
  }

  private static func fileName(_ kind: String, _ number: Int, _ count: Int?) -> String {
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    return "\(kind)-\(digits(number))" + (count.map { "-of-\(digits($0))" } ?? "") + ".arrow"
  }

  /// Whether a file has a name that `finish()` gives.
  static func isFileName(_ name: String) -> Bool {
    name.wholeMatch(of: /(data|rows)-[0-9]{5,}-of-[0-9]{5,}\.arrow/) != nil
  }

  /// Writes what is left, gives the files their names and writes what `datasets` wants beside them.
  /// A split without rows has one file without rows.
  ///
  /// - Returns: the files, data and rows in turn.
  /// - Throws: `unwritable`.
  func finish() throws -> [ShardManifest.File] {
    try flush()
    if open == nil && written.isEmpty { _ = try begin() }
    try close()
    var files: [ShardManifest.File] = []
    for (number, pair) in written.enumerated() {
      for (kind, digest) in [("data", pair.data), ("rows", pair.rows)] {
        let final = Self.fileName(kind, number, written.count)
        let target = Path.join(folder, final)
        guard rename(path(kind, number, nil), target) == 0 else {
          throw AksharaError(
            .unwritable, "cannot rename the file: \(String(cString: strerror(errno)))",
            at: SourceLocation(file: target), remedy: "check the folder and its rights")
        }
        files.append(
          ShardManifest.File(path: "\(name)/\(final)", digest: digest, rows: pair.rowCount))
      }
    }
    try DatasetsFolder.describeSplit(in: folder, dataFiles: files)
    return files
  }
}
