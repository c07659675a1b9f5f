public import Artifacts

/// The canonical record: an ordered list of messages with what is known about them.
///
/// Written as one JSON object a line; see `schemas/conversation.schema.json`.
public struct Conversation: Sendable, Equatable {
  /// Unique within a set of conversations, and stable: it is made from the source, not from chance.
  public var id: String
  /// The utterances in order. Never empty in a valid record.
  public var messages: [Message]
  /// Rows that must stay on one side of a split, for example one scene's windows.
  public var group: String?
  /// The side of the split, once one is assigned.
  public var split: Split?
  /// A BCP 47 tag: `kn`, `te`, `en`, `te-Latn`, `kn-Latn`, or `mul` for a mixture.
  public var language: String?
  /// Free labels.
  public var tags: [String]
  /// Where the record comes from.
  public var provenance: Provenance?
  /// The tools the assistant may call, as JSON Schema functions.
  public var tools: [JSONValue]
  /// Extra variables for the chat template, as in transformers.
  public var chatTemplateArguments: JSONObject?
  /// A preference pair: messages that replace the last assistant turn as the rejected answer.
  public var rejected: [Message]?
  /// A point-wise preference: whether the answer is desirable.
  public var label: Bool?

  /// A record; only `id` and `messages` are required.
  public init(
    id: String, messages: [Message], group: String? = nil, split: Split? = nil,
    language: String? = nil, tags: [String] = [], provenance: Provenance? = nil,
    tools: [JSONValue] = [], chatTemplateArguments: JSONObject? = nil,
    rejected: [Message]? = nil, label: Bool? = nil
  ) {
    self.id = id
    self.messages = messages
    self.group = group
    self.split = split
    self.language = language
    self.tags = tags
    self.provenance = provenance
    self.tools = tools
    self.chatTemplateArguments = chatTemplateArguments
    self.rejected = rejected
    self.label = label
  }
}

/// The side of a split.
public enum Split: String, Sendable, CaseIterable {
  /// Trained on.
  case train
  /// Held out while training, for the held-out loss.
  case validation
  /// Held out until the end.
  case test
}

/// Where a record comes from.
public struct Provenance: Sendable, Equatable {
  /// The source's name or path, as the recipe or the user gave it.
  public var source: String
  /// An SPDX licence identifier, if known.
  public var licence: String?
  /// The record's number in its source, counted from 1 (line, scene, snippet or row).
  public var record: Int
  /// The digest of the source file.
  public var digest: Digest?

  /// A provenance.
  public init(source: String, licence: String? = nil, record: Int, digest: Digest? = nil) {
    self.source = source
    self.licence = licence
    self.record = record
    self.digest = digest
  }
}
