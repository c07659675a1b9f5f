public import Artifacts

extension Message {
  /// The message at `index` (from 0) of a record.
  ///
  /// - Throws: `RowFault`.
  init(json: JSONValue, index: Int, list: String = "message") throws {
    var fields = try FieldReader(json, of: "\(list) \(index + 1)")
    let role = try Role(named: try fields.requiredString("role"), in: fields.subject)
    if let silence = Self.silence(in: fields) {
      _ = fields.value("content")
      self.init(role, .text(""))
      self.silence = silence
    } else {
      self.init(role, try Content(json: try fields.required("content"), in: fields.subject))
    }
    name = try fields.string("name")
    reasoning = try fields.string("reasoning_content")
    toolCalls = try fields.objects("tool_calls") ?? []
    toolCallID = try fields.string("tool_call_id")
    supervised = try fields.bool("supervised")
    weight = try fields.number("weight")
    if let weight, weight < 0 {
      throw RowFault(
        .invalidValue, "\(fields.subject) has the weight \(weight)",
        remedy: "give 0 or a positive number")
    }
    let subject = fields.subject
    edits = try fields.list("edits")?.map { try MessageEdit(record: $0, of: subject) } ?? []
    try fields.finish()
  }

  /// How the message says nothing, if it may and does.
  private static func silence(in fields: FieldReader) -> Silence? {
    guard fields.peek("tool_calls")?.array?.isEmpty == false else { return nil }
    switch fields.peek("content") {
    case nil: return .missing
    case .null?: return .null
    default: return nil
    }
  }

  /// The messages of a list that must not be empty.
  ///
  /// - Throws: `RowFault`.
  static func list(_ values: [JSONValue], key: String) throws -> [Message] {
    guard !values.isEmpty else {
      throw RowFault(
        .emptyMessages, "`\(key)` is empty", remedy: "give at least one message, or drop the row")
    }
    let subject = key == "messages" ? "message" : "\(key) message"
    return try values.enumerated().map { index, value in
      try Message(json: value, index: index, list: subject)
    }
  }

  /// The message as JSON; absent values are left out.
  public var json: JSONValue {
    var object: JSONObject = ["role": .string(role.rawValue)]
    switch content == .text("") ? silence : nil {
    case .missing?: break
    case .null?: object["content"] = .null
    case nil: object["content"] = content.json
    }
    object["name"] = name.map(JSONValue.string)
    object["reasoning_content"] = reasoning.map(JSONValue.string)
    if !toolCalls.isEmpty { object["tool_calls"] = .array(toolCalls) }
    object["tool_call_id"] = toolCallID.map(JSONValue.string)
    object["supervised"] = supervised.map(JSONValue.bool)
    object["weight"] = weight.map(JSONValue.number)
    if !edits.isEmpty { object["edits"] = .array(edits.map(\.json)) }
    return .object(object)
  }
}

extension Role {
  init(named name: String, in subject: String) throws {
    guard let role = Role(rawValue: name) else {
      throw RowFault(
        .unknownRole, "\(subject) has the role \"\(name)\"",
        remedy: "use system, user, assistant or tool")
    }
    self = role
  }
}

extension Content {
  init(json: JSONValue, in subject: String) throws {
    switch json {
    case .string(let text): self = .text(text)
    case .array(let parts):
      for part in parts where part["type"]?.string == nil {
        throw RowFault(
          .wrongType, "\(subject) has a content part without a `type`",
          remedy: "write parts as {\"type\": \"text\", \"text\": …}")
      }
      self = .parts(parts)
    default:
      throw RowFault(
        .wrongType, "\(subject) has \(FieldReader.excerpt(json)) as `content`",
        remedy: "give text, or a list of typed parts")
    }
  }

  /// The content as JSON: a string, or the parts as they came.
  public var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .parts(let parts): .array(parts)
    }
  }
}
