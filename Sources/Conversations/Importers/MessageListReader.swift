internal import Artifacts

/// Reads lists of messages with role/content or from/value keys, and remembers which other keys the
/// messages have.
struct MessageListReader {
  /// Keys that nothing was made of, as `messages[].KEY`; each once.
  private(set) var unusedKeys: [String] = []

  /// The messages of a list.
  ///
  /// - Throws: `RowFault`; an empty list is one.
  mutating func messages(of list: [JSONValue], key: String) throws -> [Message] {
    guard !list.isEmpty else {
      throw RowFault(.emptyMessages, "\(key) is an empty list", remedy: "remove the row")
    }
    var messages: [Message] = []
    for (index, json) in list.enumerated() {
      messages.append(try message(json, called: "message \(index + 1)"))
    }
    return messages
  }

  /// One message.
  ///
  /// - Throws: `RowFault`.
  mutating func message(_ json: JSONValue, called subject: String) throws -> Message {
    var fields = try FieldReader(json, of: subject, nullIsAbsent: true)
    var message = Message(try role(in: &fields), "")
    message.toolCalls = try fields.objects("tool_calls") ?? []
    message.content = try content(in: &fields, mayBeAbsent: !message.toolCalls.isEmpty)
    message.name = try fields.string("name")
    message.reasoning = try fields.string("reasoning_content")
    message.toolCallID = try fields.string("tool_call_id")
    (message.supervised, message.weight) = try supervision(in: &fields)
    for key in fields.unused.map({ "messages[].\($0)" }) where !unusedKeys.contains(key) {
      unusedKeys.append(key)
    }
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
