public import Artifacts
public import Conversations
public import Tokenization

/// A shard set that was opened: rows by split and number, straight from mapped files.
///
/// ```swift
/// let shards = try ShardSet("runs/quickstart/shards")
/// try shards.requireProof()
/// let row = shards.row(.train, 17)
/// ```
///
/// Opening checks the manifest and every file's structure; `requireProof()` checks the content.
/// Safe to share between threads.
public final class ShardSet: Sendable {
  /// The folder.
  public let path: String
  /// The manifest as it was read.
  public let manifest: ShardManifest
  /// The digest of `manifest.json`, which names everything else: what a passport holds.
  public let digest: Digest
  private let splitFiles: [Split: SplitFiles]

  /// The name of the manifest's file.
  static let manifestName = "manifest.json"

  /// A manifest has one entry a file; larger ones are refused before they are parsed.
  private static let largestManifest = 64 << 20

  /// Opens a shard set.
  ///
  /// - Throws: `missingFile` if a file is not there; `malformed` if a file is not what the manifest
  ///   or the format says; `unsupported` for another version.
  /// - Complexity: O(n) in the number of rows; tokens are not looked at.
  public convenience init(_ path: String) throws {
    try self.init(path, try Self.readManifest(in: path))
  }

  /// Opens a shard set for whoever relies on it: damage is a check that failed, not a wrong argument.
  ///
  /// - Throws: `checkFailed` if a file of the set is missing or not what the manifest says; `missingFile`
  ///   if the folder holds no shard set, `unsupported` for another version.
  public static func sound(_ path: String) throws -> ShardSet {
    try ShardVerifier.asDamage(missingFiles: Path.exists(Path.join(path, manifestName))) {
      try ShardSet(path)
    }
  }

  /// Opens the files that a manifest names.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`; each names the file.
  init(_ path: String, _ read: (manifest: ShardManifest, digest: Digest)) throws {
    self.path = path
    (manifest, digest) = read
    var splitFiles: [Split: SplitFiles] = [:]
    for record in manifest.splits {
      splitFiles[record.split] = try SplitFiles(record, below: path)
    }
    self.splitFiles = splitFiles
  }

  /// The manifest of the set in a folder, with its digest.
  ///
  /// - Throws: `missingFile` if the folder is no shard set; `unreadable`, `malformed`,
  ///   `unsupported`.
  static func readManifest(in path: String) throws -> (manifest: ShardManifest, digest: Digest) {
    let file = Path.join(path, manifestName)
    guard Path.exists(file) || !Path.exists(path) else {
      throw AksharaError(
        .missingFile, "this is not a shard set (it has no \(manifestName))",
        at: SourceLocation(file: path), remedy: "name a folder that `akshara shard` wrote")
    }
    let content = try MappedFile(file)
    let location = SourceLocation(file: file)
    guard content.bytes.count <= largestManifest else {
      throw AksharaError(
        .malformed, "the manifest is larger than \(largestManifest >> 20) MiB", at: location,
        remedy: "make the shard set again")
    }
    let manifest = try ShardManifest(
      json: try JSONValue(parsing: content.bytes, at: location), at: location)
    return (manifest, content.digest())
  }

  /// Whether the folder holds a manifest that calls itself a shard set's; nothing else is checked.
  public static func stands(at path: String) -> Bool {
    guard let content = try? MappedFile(Path.join(path, manifestName)),
      content.bytes.count <= largestManifest
    else { return false }
    return (try? JSONValue(parsing: content.bytes))?["format"]?.string == ShardManifest.format
  }

  /// The splits that the set has, in the order train, validation, test.
  public var splits: [Split] { manifest.splits.map(\.split) }

  /// How many rows a split has; 0 if it is not there.
  public func rowCount(_ split: Split) -> Int { splitFiles[split]?.rowCount ?? 0 }

  /// How many tokens each row of a split has.
  ///
  /// - Complexity: O(n) in the number of rows.
  public func lengths(_ split: Split) -> [Int32] { splitFiles[split]?.lengths ?? [] }

  /// Gives the columns of a row in place: tokens and labels. The buffers must not be kept.
  ///
  /// - Precondition: `index` is below `rowCount(split)`.
  public func withRow<Result>(
    _ split: Split, _ index: Int,
    _ body: (
      _ inputIDs: UnsafeBufferPointer<TokenID>, _ labels: UnsafeBufferPointer<TokenID>
    ) throws -> Result
  ) rethrows -> Result {
    let (place, row) = place(split, index)
    return try body(place.inputIDs(row), place.labels(row))
  }

  /// The columns of a row that training needs, copied once.
  ///
  /// - Precondition: `index` is below `rowCount(split)`.
  public func row(_ split: Split, _ index: Int) -> TokenRow {
    let (place, row) = place(split, index)
    return place.tokenRow(row)
  }

  /// A row with its text and spans.
  ///
  /// - Throws: `malformed` if a span's role or kind is unknown, or its ranges lie outside.
  /// - Precondition: `index` is below `rowCount(split)`.
  public func record(_ split: Split, _ index: Int) throws -> ShardRecord {
    let (place, row) = place(split, index)
    return try place.record(row)
  }

  /// Rows as a batch, padded on the right.
  ///
  /// - Parameters:
  ///   - rows: row numbers, as a `BatchPlan` gives them.
  ///   - padding: the token that fills up.
  /// - Throws: `invalidOption`, as `Batch` does.
  public func batch(
    _ split: Split, rows: [Int], padding: TokenID, to length: Batch.PaddedLength = .longest
  ) throws -> Batch {
    try Batch(rows.map { row(split, $0) }, padding: padding, to: length)
  }

  /// The record batch that holds a row, and the row's number in it.
  ///
  /// - Precondition: `index` is below `rowCount(split)`.
  func place(_ split: Split, _ index: Int) -> (ShardBatch, Int) {
    guard let files = splitFiles[split] else {
      preconditionFailure("the set has no rows in \(split.rawValue)")
    }
    return files.place(of: index)
  }

  /// The record batches of a split in order, for whoever reads all rows.
  func batches(_ split: Split) -> [ShardBatch] { splitFiles[split]?.batches ?? [] }

  /// The files that the proof covers, with their digests as they are now: data, rows, and the list
  /// of dropped conversations. One that cannot be read has no entry.
  ///
  /// - Complexity: reads every byte.
  func currentDigests(threads: Int = 1) -> [String: Digest] {
    var digests: [String: Digest] = [:]
    var files = manifest.splits.flatMap { splitFiles[$0.split]?.mapped ?? [] }.makeIterator()
    // The work throws nothing.
    try? OrderedWork.run(
      threads: threads, next: { files.next() }, work: { ($0.name, $0.file.digest()) },
      consume: { digests[$0.0] = $0.1 })
    if let dropped = manifest.dropped,
      let digest = try? Digest(ofFile: Path.join(path, dropped.path))
    {
      digests[dropped.path] = digest
    }
    return digests
  }
}
