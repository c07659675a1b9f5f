internal import Artifacts

/// Lists of messages: OpenAI's `messages`, ShareGPT's `conversations`, or a bare list as the row.
///
/// Each message has `role` and `content`, or `from` and `value`. Of its other keys `name`,
/// `reasoning_content`, `tool_calls`, `tool_call_id` and `weight` are taken over, and OpenAI's
/// `weight: 0` or axolotl's `training: false` becomes `supervised: false`. Of the row's other
/// columns `tools` (a list) and `system` (the text of a system message) are.
///
/// Sources: OpenAI's fine-tuning guide; FastChat, `data/dummy_conversation.json`; axolotl's
/// "Conversation" page.
struct MessagesFormat: RowFormat {
  /// The columns that may hold the list, in the order in which they are looked for.
  static let listColumns = ["messages", "conversations", "conversation"]

  private let columns: ColumnNames

  init(_ columns: ColumnNames) { self.columns = columns }

  func conversation(from row: JSONValue) throws -> Conversation {
    if case .array(let list) = row {
      return Conversation(id: "", messages: try messages(of: list, key: "the row"))
    }
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    var conversation = Conversation(id: "", messages: try messages(in: &fields))
    conversation.tools = try fields.objects("tools") ?? []
    let system = try fields.string(columns["system"]) ?? ""
    if !system.isBlank && conversation.messages.first?.role != .system {
      conversation.messages.insert(Message(.system, .text(system)), at: 0)
    }
    return conversation
  }

  private func messages(in fields: inout FieldReader) throws -> [Message] {
    for column in Self.listColumns {
      let name = columns[column]
      guard let list = try fields.list(name) else { continue }
      return try messages(of: list, key: "`\(name)`")
    }
    throw RowFault(
      .missingField, "the row has neither `messages` nor `conversations`",
      remedy: "map the column that holds the messages, or name another kind")
  }

  private func messages(of list: [JSONValue], key: String) throws -> [Message] {
    guard !list.isEmpty else {
      throw RowFault(.emptyMessages, "\(key) is an empty list", remedy: "remove the row")
    }
    return try list.enumerated().map { try message($1, index: $0) }
  }

  private func message(_ json: JSONValue, index: Int) throws -> Message {
    var fields = try FieldReader(json, of: "message \(index + 1)", nullIsAbsent: true)
    var message = Message(try role(in: &fields), "")
    message.toolCalls = try fields.objects("tool_calls") ?? []
    message.content = try content(in: &fields, mayBeAbsent: !message.toolCalls.isEmpty)
    message.name = try fields.string("name")
    message.reasoning = try fields.string("reasoning_content")
    message.toolCallID = try fields.string("tool_call_id")
    (message.supervised, message.weight) = try supervision(in: &fields)
    return message
  }

  private func role(in fields: inout FieldReader) throws -> Role {
    guard let name = try fields.string("role") ?? fields.string("from") else {
      throw RowFault(
        .missingField, "\(fields.subject) has neither `role` nor `from`",
        remedy: "say who speaks")
    }
    guard let role = Self.roles[name] else {
      throw RowFault(
        .unknownRole, "\(fields.subject) has the role \"\(name)\"",
        remedy: "use system, user, assistant or tool")
    }
    return role
  }

  private func content(in fields: inout FieldReader, mayBeAbsent: Bool) throws -> Content {
    if let value = fields.value("content") ?? fields.value("value") {
      return try Content(json: value, in: fields.subject)
    }
    guard mayBeAbsent else {
      throw RowFault(
        .missingField, "\(fields.subject) has neither `content` nor `value`",
        remedy: "add what is said")
    }
    return ""
  }

  private func supervision(in fields: inout FieldReader) throws -> (Bool?, Double?) {
    let isTrained = try fields.bool("supervised") ?? fields.bool("training")
    guard let weight = try fields.number("weight") else { return (isTrained, nil) }
    guard weight >= 0 else {
      throw RowFault(
        .invalidValue, "\(fields.subject) has the weight \(weight)",
        remedy: "give 0 or a positive number")
    }
    return weight == 0 ? (false, nil) : (isTrained, weight == 1 ? nil : weight)
  }

  /// The names that data sets use, by role.
  private static let roles: [String: Role] = [
    "system": .system, "developer": .system,
    "user": .user, "human": .user,
    "assistant": .assistant, "gpt": .assistant, "chatgpt": .assistant, "model": .assistant,
    "bard": .assistant, "bing": .assistant,
    "tool": .tool, "function": .tool, "observation": .tool,
  ]
}
