internal import Artifacts

/// Lists of messages: OpenAI's `messages`, ShareGPT's `conversations`, or a bare list as the row;
/// and preference pairs.
///
/// Each message has `role` and `content`, or `from` and `value`. Of its other keys `name`,
/// `reasoning_content`, `tool_calls`, `tool_call_id` and `weight` are taken over, and OpenAI's
/// `weight: 0` or axolotl's `training: false` becomes `supervised: false`. Of the row's other
/// columns `tools` (a list) and `system` (the text of a system message) are; `chosen` and `rejected`
/// make it a preference pair (see `PreferencePair`).
///
/// Sources: OpenAI's fine-tuning guide; FastChat, `data/dummy_conversation.json`; axolotl's
/// "Conversation" page; LLaMA-Factory, `data/dpo_en_demo.json`; TRL, "Dataset formats".
struct MessagesFormat: RowFormat {
  /// The columns that may hold the list, in the order in which they are looked for.
  static let listColumns = ["messages", "conversations", "conversation"]

  private let columns: ColumnNames

  init(_ columns: ColumnNames) { self.columns = columns }

  func read(_ row: JSONValue) throws -> RowReading {
    var reader = MessageListReader()
    if case .array(let list) = row {
      let messages = try reader.messages(of: list, key: "the row")
      return RowReading(Conversation(id: "", messages: messages), unused: reader.unusedKeys)
    }
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    var conversation = try conversation(in: &fields, &reader)
    conversation.tools = try fields.objects("tools") ?? []
    let system = try fields.string(columns["system"]) ?? ""
    if !system.isBlank && conversation.messages.first?.role != .system {
      conversation.messages.insert(Message(.system, .text(system)), at: 0)
    }
    return RowReading(conversation, unused: fields.unused + reader.unusedKeys)
  }

  private func conversation(
    in fields: inout FieldReader, _ reader: inout MessageListReader
  ) throws -> Conversation {
    let prompt = try messages(in: &fields, &reader)
    if let answers = try Answers(in: &fields, columns, &reader) {
      let asked = try prompt ?? answers.prompt(in: &fields, columns, &reader)
      let pair = try PreferencePair(
        prompt: asked, chosen: answers.chosen, rejected: answers.rejected)
      return Conversation(id: "", messages: pair.messages, rejected: pair.rejected)
    }
    guard let prompt else {
      throw RowFault(
        .missingField, "the row has neither `messages` nor `conversations`",
        remedy: "map the column that holds the messages, or name another kind")
    }
    return Conversation(id: "", messages: prompt)
  }

  private func messages(
    in fields: inout FieldReader, _ reader: inout MessageListReader
  ) throws -> [Message]? {
    for column in Self.listColumns {
      let name = columns[column]
      guard let list = try fields.list(name) else { continue }
      return try reader.messages(of: list, key: "`\(name)`")
    }
    return nil
  }

  /// The columns `chosen` and `rejected`.
  private struct Answers {
    let chosen: [Message]
    let rejected: [Message]
    /// Whether both are lists, which may begin with what was asked.
    private let areLists: Bool

    /// The answers; `nil` if the row has neither column.
    init?(
      in fields: inout FieldReader, _ columns: ColumnNames, _ reader: inout MessageListReader
    ) throws {
      let names = [columns["chosen"], columns["rejected"]]
      let values = (fields.value(names[0]), fields.value(names[1]))
      guard values.0 != nil || values.1 != nil else { return nil }
      guard let chosen = values.0, let rejected = values.1 else {
        let (there, missing) = values.0 == nil ? (names[1], names[0]) : (names[0], names[1])
        throw RowFault(
          .missingField, "the row has `\(there)`, but no `\(missing)`",
          remedy: "a preference pair needs both: add it, or remove the other column")
      }
      areLists = chosen.array != nil && rejected.array != nil
      self.chosen = try Self.messages(chosen, names[0], .assistant, &reader)
      self.rejected = try Self.messages(rejected, names[1], .assistant, &reader)
    }

    /// What was asked, from the column `prompt`; nothing where the answers' lists begin with it.
    func prompt(
      in fields: inout FieldReader, _ columns: ColumnNames, _ reader: inout MessageListReader
    ) throws -> [Message] {
      let name = columns["prompt"]
      if let value = fields.value(name) {
        return try Self.messages(value, name, .user, &reader)
      }
      guard areLists else {
        throw RowFault(
          .missingField, "the row has `chosen` and `rejected`, but nothing that was asked",
          remedy: "add `messages`, `conversations` or `prompt`, or map a column to `prompt`")
      }
      return []
    }

    /// Text, a message, or a list of messages.
    private static func messages(
      _ value: JSONValue, _ name: String, _ role: Role, _ reader: inout MessageListReader
    ) throws -> [Message] {
      switch value {
      case .string(let text): [Message(role, .text(text))]
      case .array(let list): try reader.messages(of: list, key: "`\(name)`")
      default: [try reader.message(value, called: "`\(name)`")]
      }
    }
  }
}
