internal import Artifacts
internal import Conversations

/// What became of a conversation, with what is written beside it.
struct SampledConversation: Sendable {
  let id: String
  let location: SourceLocation
  let split: Split
  let outcome: SampleMaker.Outcome
  let language: String?
  let source: String?
  let tags: [String]
}

/// Writes rows into the splits of a set, and dropped conversations into `dropped.jsonl`, and counts
/// both.
final class ShardSetWriter {
  /// The name of the file that lists dropped conversations.
  static let droppedName = "dropped.jsonl"

  private let folder: String
  private let limits: ShardWriter.Limits
  private var writers: [Split: ShardWriter] = [:]
  private var counts: [Split: ShardCounts] = [:]
  private var dropped: JSONLinesWriter?

  init(in folder: AtomicFolder, limits: ShardWriter.Limits) {
    self.folder = folder.workPath
    self.limits = limits
  }

  /// Writes a row, or the reason why there is none.
  ///
  /// - Throws: `unwritable`.
  func write(_ conversation: SampledConversation) throws {
    let split = conversation.split
    counts[split, default: ShardCounts()].count(
      conversation.outcome, language: conversation.language, source: conversation.source)
    let writer = writers[split] ?? ShardWriter(split, below: folder, limits: limits)
    writers[split] = writer
    guard !conversation.outcome.samples.isEmpty else { return try writeDropped(conversation) }
    for sample in conversation.outcome.samples {
      try writer.append(
        ShardRecord(
          sample: sample, language: conversation.language, source: conversation.source,
          tags: conversation.tags))
    }
  }

  private func writeDropped(_ conversation: SampledConversation) throws {
    let writer = try dropped ?? JSONLinesWriter(Path.join(folder, Self.droppedName))
    dropped = writer
    try writer.write([
      "id": .string(conversation.id), "split": .string(conversation.split.rawValue),
      "reason": .string(conversation.outcome.droppedFor.rawValue),
      "tokens": JSONValue(conversation.outcome.renderedTokens),
      "file": .string(Path.name(of: conversation.location.file)),
      "line": conversation.location.line.map { JSONValue($0) } ?? .null,
    ])
  }

  /// Writes what is left.
  ///
  /// - Returns: the splits in the order train, validation, test, and the file of dropped
  ///   conversations if there are any.
  /// - Throws: `unwritable`.
  func finish() throws -> ([ShardManifest.SplitRecord], ShardManifest.File?) {
    let splits = try Split.allCases.compactMap { split in
      try writers[split].map { writer in
        ShardManifest.SplitRecord(
          split: split, counts: counts[split] ?? ShardCounts(), files: try writer.finish())
      }
    }
    let file = try dropped.map { writer in
      let rows = writer.count
      return ShardManifest.File(
        path: Self.droppedName, digest: try writer.commit(), rows: rows)
    }
    return (splits, file)
  }
}
