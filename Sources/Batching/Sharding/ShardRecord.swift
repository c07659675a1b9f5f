internal import Conversations

/// A row of a shard set with what is known about its conversation.
public struct ShardRecord: Sendable, Equatable {
  /// The row as tokens, labels and spans.
  public var sample: LabeledSample
  /// The conversation's language, if known.
  public var language: String?
  /// The conversation's source, if known.
  public var source: String?
  /// The conversation's tags.
  public var tags: [String]

  /// A record.
  public init(
    sample: LabeledSample, language: String? = nil, source: String? = nil, tags: [String] = []
  ) {
    self.sample = sample
    self.language = language
    self.source = source
    self.tags = tags
  }

  /// The record of a row that was made of a conversation.
  init(sample: LabeledSample, of conversation: Conversation) {
    self.init(
      sample: sample, language: conversation.language, source: conversation.provenance?.source,
      tags: conversation.tags)
  }
}
