internal import Artifacts
internal import Conversations
internal import Tokenization

/// The rows that a template makes of conversations, kept in files until the rows of a foreign set are known
/// to be some of them: they know the spans of every message and whose the conversation is.
final class RenderedRows {
  private let folder: String
  private let writer: ShardWriter

  /// Begins below a folder that is nobody else's.
  init(below folder: String) {
    self.folder = folder
    writer = ShardWriter(.train, below: folder)
  }

  /// Appends the next row.
  ///
  /// - Throws: `unwritable`.
  func append(_ record: ShardRecord) throws { try writer.append(record) }

  /// Opens what was written, for many threads. The files' names go; the rows stay until nobody reads them.
  ///
  /// - Throws: `unwritable`, `unreadable`.
  func finish() throws -> SplitFiles {
    let record = ShardManifest.SplitRecord(
      split: .train, counts: ShardCounts(), files: try writer.finish())
    let files = try SplitFiles(record, below: folder)
    try Folder.remove(folder)
    return files
  }
}

extension SplitFiles {
  /// A row with its text and spans.
  ///
  /// - Throws: `malformed`, which rows of our own making are not.
  func record(_ index: Int) throws -> ShardRecord {
    let (batch, row) = place(of: index)
    return try batch.record(row)
  }
}
