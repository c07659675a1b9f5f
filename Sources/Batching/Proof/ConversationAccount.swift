public import Artifacts

/// What became of the messages of the conversations that a shard set was made of: every message that
/// stands in a row is counted once, as it was or as it was changed.
public struct ConversationAccount: Sendable, Equatable {
  /// What a template or a cut made of a message.
  public enum Change: String, Sendable, CaseIterable {
    /// It stands in the row byte for byte.
    case unchanged
    /// White space around it was cut off.
    case trimmed
    /// Thinking inside it (`<think>…</think>`) was left out.
    case thinkingRemoved = "thinking_removed"
    /// Its separate thinking was left out.
    case reasoningLeftOut = "reasoning_left_out"
    /// Its thinking was written as the template writes it: separate thinking in front of it, thinking
    /// inside it (`<think>…</think>`) with other white space or marks.
    case reasoningRendered = "reasoning_rendered"
    /// Its tool calls were written as the template writes them.
    case toolCallsRendered = "tool_calls_rendered"
    /// What a tool gave was written as JSON text, as the template writes it.
    case toolResultRendered = "tool_result_rendered"
    /// It stands inside another message or the template's own text.
    case merged
    /// Only its beginning is there, and the row ends with it: it was cut.
    case cut
    /// It is not there: the row was cut, or the template leaves it out.
    case leftOut = "left_out"
    /// It stands in the row as other text; none may.
    case differs
  }

  /// The files' digests, in order.
  public var files: [Digest]
  /// How many conversations were read.
  public var conversations = 0
  /// How many rows were compared.
  public var rows = 0
  /// How many messages met each fate; every case has an entry.
  public var messages: [Change: Int]

  /// An account of files of which nothing was compared yet.
  public init(files: [Digest]) {
    self.files = files
    messages = Dictionary(uniqueKeysWithValues: Change.allCases.map { ($0, 0) })
  }

  /// `12 rows compared with 12 conversations: 20 messages unchanged, 4 trimmed`.
  public var summary: String {
    let counts = Change.allCases.compactMap { change -> String? in
      let count = messages[change] ?? 0
      return count == 0 ? nil : "\(count) \(change.rawValue)"
    }
    return "\(rows) rows compared with \(conversations) conversations: messages "
      + counts.joined(separator: ", ")
  }

  /// The account as it is written into a proof.
  public var json: JSONValue {
    let counts = Change.allCases.map { ($0.rawValue, JSONValue(messages[$0] ?? 0)) }
    return [
      "files": .array(files.map { .string($0.description) }),
      "conversations": JSONValue(conversations), "rows": JSONValue(rows),
      "messages": .object(JSONObject(counts)),
    ]
  }

  /// Reads an account; `nil` if a part is missing or cannot be.
  public init?(json: JSONValue) {
    guard let names = json["files"]?.array, let conversations = json["conversations"]?.natural,
      let rows = json["rows"]?.natural
    else { return nil }
    let files = names.compactMap { $0.string.flatMap { Digest($0) } }
    guard files.count == names.count else { return nil }
    self.init(files: files)
    (self.conversations, self.rows) = (conversations, rows)
    for change in Change.allCases {
      // Version 0.1.0 did not tell these from others.
      if change == .toolResultRendered, json["messages"]?[change.rawValue] == nil { continue }
      guard let count = json["messages"]?[change.rawValue]?.natural else { return nil }
      messages[change] = count
    }
  }
}
