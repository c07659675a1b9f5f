internal import Artifacts
internal import Conversations

/// What became of the conversations of one block of lines: rows and counts by split, and who was
/// dropped. Made by one thread, written in order by another.
struct ShardPart: Sendable {
  /// A conversation that became no row.
  struct Dropped: Sendable {
    let id: String
    let split: Split
    let reason: SampleMaker.DropReason
    let tokens: Int
    let location: SourceLocation
  }

  /// The rows of a split: complete record batches, then what is left.
  private(set) var columns: [Split: [ShardColumns]] = [:]
  private(set) var counts: [Split: ShardCounts] = [:]
  private(set) var dropped: [Dropped] = []
  private let limits: ShardWriter.Limits

  init(_ limits: ShardWriter.Limits) { self.limits = limits }

  /// Takes in what became of a conversation.
  mutating func append(
    _ outcome: SampleMaker.Outcome, of conversation: Conversation, at location: SourceLocation
  ) {
    let split = conversation.split ?? .train
    let source = conversation.provenance?.source
    counts[split, default: ShardCounts()].count(
      outcome, language: conversation.language, source: source)
    guard !outcome.samples.isEmpty else {
      dropped.append(
        Dropped(
          id: conversation.id, split: split, reason: outcome.droppedFor,
          tokens: outcome.renderedTokens, location: location))
      return
    }
    for sample in outcome.samples {
      let record = ShardRecord(
        sample: sample, language: conversation.language, source: source, tags: conversation.tags)
      Self.append(record, to: &columns[split, default: [ShardColumns()]], limits)
    }
  }

  // Not a method: a second access to `self` would copy the columns.
  private static func append(
    _ record: ShardRecord, to list: inout [ShardColumns], _ limits: ShardWriter.Limits
  ) {
    if list[list.count - 1].isFull(rows: limits.batchRows) { list.append(ShardColumns()) }
    list[list.count - 1].append(record)
  }
}
