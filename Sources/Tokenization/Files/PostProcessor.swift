import Artifacts

/// The tokens that belong around a text when it is asked for them: the `post_processor` of a
/// `tokenizer.json`. Encoding alone never adds them.
struct PostProcessor: Sendable, Equatable {
  /// The tokens before a text.
  var before: [TokenID] = []
  /// The tokens behind it.
  var after: [TokenID] = []
  /// The post-processor as it stands in the file, with what it says about pairs of texts.
  var json: JSONValue

  /// Tokens around a text, as `TemplateProcessing` says it.
  init(before: [(text: String, id: TokenID)], after: [(text: String, id: TokenID)]) {
    self.before = before.map(\.id)
    self.after = after.map(\.id)
    func special(_ token: (text: String, id: TokenID)) -> JSONValue {
      ["SpecialToken": ["id": .string(token.text), "type_id": 0]]
    }
    func sequence(_ name: String, _ type: Int) -> JSONValue {
      ["Sequence": ["id": .string(name), "type_id": JSONValue(type)]]
    }
    let single = before.map(special) + [sequence("A", 0)] + after.map(special)
    let tokens = (before + after).map { token -> (String, JSONValue) in
      let entry: JSONValue = [
        "id": .string(token.text), "ids": [JSONValue(token.id)], "tokens": [.string(token.text)],
      ]
      return (token.text, entry)
    }
    json = [
      "type": "TemplateProcessing", "single": .array(single),
      "pair": .array(single + [sequence("B", 1)]),
      "special_tokens": .object(JSONObject(tokens)),
    ]
  }

  /// Reads a `post_processor`; `nil` for null.
  ///
  /// - Throws: `malformed`, `unsupported`.
  init?(_ root: TokenizerJSONSection) throws {
    guard let value = root["post_processor"], value != .null else { return nil }
    json = value
    try read(root.section("post_processor"), depth: 0)
  }

  private mutating func read(_ section: TokenizerJSONSection, depth: Int) throws {
    switch try section.type() {
    case "Sequence":
      for part in try section.nested("processors", depth: depth) {
        try read(part, depth: depth + 1)
      }
    // It changes offsets only, and not Akshara's, which cover the text without gaps.
    case "ByteLevel":
      try section.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    case "TemplateProcessing": try readTemplate(section)
    case "RobertaProcessing", "BertProcessing":
      try section.allow(["type", "sep", "cls", "trim_offsets", "add_prefix_space"])
      before = [try Self.pair(section, "cls")] + before
      after += [try Self.pair(section, "sep")]
    case let type:
      throw section.unsupported(
        "type", "is \"\(type)\"",
        "Akshara reads TemplateProcessing, ByteLevel, RobertaProcessing, BertProcessing and "
          + "Sequence")
    }
  }

  private mutating func readTemplate(_ section: TokenizerJSONSection) throws {
    try section.allow(["type", "single", "pair", "special_tokens"])
    var isBehind = false
    var tokens: [Bool: [TokenID]] = [:]
    for piece in try section.sections("single") {
      try piece.allow(["SpecialToken", "Sequence"])
      if piece["Sequence"] != nil {
        guard !isBehind else {
          throw section.unsupported("single", "has the text twice", "name `A` once")
        }
        isBehind = true
      } else {
        let name = try piece.section("SpecialToken").string("id")
        tokens[isBehind, default: []] += try Self.ids(of: name, section)
      }
    }
    before = (tokens[false] ?? []) + before
    after += tokens[true] ?? []
  }

  private static func ids(of name: String, _ section: TokenizerJSONSection) throws -> [TokenID] {
    let entry = section["special_tokens"]?[name]
    guard let ids = entry?["ids"]?.array else {
      throw section.malformed("special_tokens", "has no IDs for `\(name)`")
    }
    return try ids.map { try id($0, section, "special_tokens") }
  }

  private static func pair(_ section: TokenizerJSONSection, _ key: String) throws -> TokenID {
    guard let pair = section[key]?.array, pair.count == 2 else {
      throw section.malformed(key, "is not a token and its ID")
    }
    return try id(pair[1], section, key)
  }

  private static func id(
    _ value: JSONValue, _ section: TokenizerJSONSection, _ key: String
  ) throws -> TokenID {
    guard let id = value.integer, (0...Int64(Vocabulary.largestID)).contains(id) else {
      throw section.malformed(key, "has \(value.compactString), which is not a token ID")
    }
    return TokenID(id)
  }
}
