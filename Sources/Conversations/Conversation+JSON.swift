public import Artifacts

extension Conversation {
  /// Reads one record of `schemas/conversation.schema.json`.
  ///
  /// - Throws: `malformed`, naming the place, the message (counted from 1) and the remedy.
  public init(json: JSONValue, at location: SourceLocation? = nil) throws {
    do {
      try self.init(record: json)
    } catch let fault as RowFault {
      throw fault.error(at: location)
    }
  }

  /// Reads one record.
  ///
  /// - Throws: `RowFault`.
  init(record json: JSONValue) throws {
    var fields = try FieldReader(json, of: "the record")
    self.init(id: try fields.requiredString("id"), messages: [])
    guard !id.isEmpty else {
      throw RowFault(.invalidValue, "the record has an empty `id`", remedy: "give it a name")
    }
    guard let list = try fields.required("messages").array else {
      throw RowFault(.wrongType, "`messages` is not a list", remedy: "give a list of messages")
    }
    messages = try Message.list(list, key: "messages")
    group = try fields.string("group")
    split = try fields.string("split").map { try Split(named: $0) }
    language = try fields.string("language")
    tags =
      try fields.list("tags")?.map { tag in
        guard let tag = tag.string else { throw fields.wrongType("tags", tag, "give strings") }
        return tag
      } ?? []
    provenance = try fields.value("provenance").map { try Provenance(record: $0) }
    tools = try fields.objects("tools") ?? []
    chatTemplateArguments = try fields.value("chat_template_kwargs").map { value in
      guard let object = value.object else {
        throw fields.wrongType("chat_template_kwargs", value, "give a JSON object")
      }
      return object
    }
    rejected = try fields.list("rejected").map { try Message.list($0, key: "rejected") }
    label = try fields.bool("label")
    try fields.finish()
  }

  /// The record as JSON, its keys in a fixed order; absent values are left out.
  public var json: JSONValue {
    var object: JSONObject = [
      "id": .string(id), "messages": .array(messages.map(\.json)),
    ]
    object["group"] = group.map(JSONValue.string)
    object["split"] = split.map { .string($0.rawValue) }
    object["language"] = language.map(JSONValue.string)
    if !tags.isEmpty { object["tags"] = .array(tags.map(JSONValue.string)) }
    object["provenance"] = provenance?.json
    if !tools.isEmpty { object["tools"] = .array(tools) }
    object["chat_template_kwargs"] = chatTemplateArguments.map(JSONValue.object)
    object["rejected"] = rejected.map { .array($0.map(\.json)) }
    object["label"] = label.map(JSONValue.bool)
    return .object(object)
  }
}

extension Split {
  init(named name: String) throws {
    guard let split = Split(rawValue: name) else {
      throw RowFault(
        .invalidValue, "the record has the split \"\(name)\"",
        remedy: "use train, validation or test")
    }
    self = split
  }
}

extension Provenance {
  init(record json: JSONValue) throws {
    var fields = try FieldReader(json, of: "`provenance`")
    let source = try fields.requiredString("source")
    let licence = try fields.string("licence")
    let record = try fields.required("record")
    guard let number = record.double.flatMap(Int.init(exactly:)), number >= 1 else {
      throw fields.wrongType("record", record, "give the record's number, counted from 1")
    }
    let digest = try fields.string("digest").map { text in
      guard let digest = Digest(text) else {
        throw fields.wrongType(
          "digest", .string(text), "write `sha256:` and 64 hexadecimal digits")
      }
      return digest
    }
    try fields.finish()
    self.init(source: source, licence: licence, record: number, digest: digest)
  }

  /// The provenance as JSON.
  public var json: JSONValue {
    var object: JSONObject = ["source": .string(source)]
    object["licence"] = licence.map(JSONValue.string)
    object["record"] = JSONValue(record)
    object["digest"] = digest.map { .string($0.description) }
    return .object(object)
  }
}
