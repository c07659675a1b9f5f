internal import Artifacts
internal import Conversations
internal import Tokenization

/// The opened files of one split.
struct SplitFiles: Sendable {
  /// The record batches of all files, in order.
  let batches: [ShardBatch]
  /// Every file with its path inside the set.
  let mapped: [(name: String, file: MappedFile)]
  /// How many rows.
  let rowCount: Int
  /// The number of the first row of each batch.
  private let firstRows: [Int]

  /// Opens the files that a manifest names.
  ///
  /// - Throws: `missingFile`; `malformed` if a file's structure or number of rows is not as the
  ///   manifest says, or a rows file does not belong to its data file.
  init(_ record: ShardManifest.SplitRecord, below folder: String) throws {
    func malformed(_ problem: String, _ file: ShardManifest.File) -> AksharaError {
      AksharaError(
        .malformed, problem, at: SourceLocation(file: Path.join(folder, file.path)),
        remedy: "make the shard set again")
    }
    var batches: [ShardBatch] = []
    var mapped: [(String, MappedFile)] = []
    var firstRows: [Int] = []
    var count = 0
    for (data, rows) in try Self.pairs(record, below: folder) {
      let dataFile = try ArrowStreamReader(
        Path.join(folder, data.path), schema: ShardSchema.data)
      let rowsFile = try ArrowStreamReader(
        Path.join(folder, rows.path), schema: ShardSchema.rows)
      guard dataFile.rowCount == data.rows else {
        throw malformed("\(dataFile.rowCount) rows where the manifest says \(data.rows)", data)
      }
      guard dataFile.batches.map(\.rowCount) == rowsFile.batches.map(\.rowCount) else {
        throw malformed("its rows are not those of `\(Path.name(of: data.path))`", rows)
      }
      for (data, rows) in zip(dataFile.batches, rowsFile.batches) {
        firstRows.append(count)
        count += data.rowCount
        batches.append(
          ShardBatch(data: data, rows: rows, dataFile: dataFile.file, rowsFile: rowsFile.file))
      }
      for batch in dataFile.batches where !ShardBatch.hasEqualColumns(batch) {
        throw malformed("a row's columns are not equally long", data)
      }
      mapped += [(data.path, dataFile.file), (rows.path, rowsFile.file)]
    }
    (self.batches, self.mapped, self.firstRows, rowCount) = (batches, mapped, firstRows, count)
  }

  private static func pairs(
    _ record: ShardManifest.SplitRecord, below folder: String
  ) throws -> [(ShardManifest.File, ShardManifest.File)] {
    let data = record.files.filter(\.isData)
    let rows = record.files.filter { !$0.isData }
    guard data.count == rows.count, zip(data, rows).allSatisfy({ $0.rows == $1.rows }) else {
      throw AksharaError(
        .malformed, "the files of the split `\(record.split.rawValue)` do not go in pairs",
        at: SourceLocation(file: Path.join(folder, ShardSet.manifestName)),
        remedy: "make the shard set again")
    }
    return Array(zip(data, rows))
  }

  /// The number of tokens of each row.
  var lengths: [Int32] {
    var lengths: [Int32] = []
    lengths.reserveCapacity(rowCount)
    for batch in batches {
      for row in 0..<batch.rowCount { lengths.append(Int32(batch.inputIDs(row).count)) }
    }
    return lengths
  }

  /// The record batch that holds a row, and the row's number in it.
  func place(of index: Int) -> (ShardBatch, Int) {
    precondition(index >= 0 && index < rowCount, "row \(index) of \(rowCount)")
    var (low, high) = (0, batches.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstRows[middle] <= index { low = middle } else { high = middle }
    }
    return (batches[low], index - firstRows[low])
  }
}
