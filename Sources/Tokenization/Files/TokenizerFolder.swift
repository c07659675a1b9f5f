import Artifacts

/// What a model's tokenizer folder says beside `tokenizer.json`.
public struct TokenizerFolder: Sendable, Equatable {
  /// The token that begins a text, if the model has one.
  public var bosToken: String?
  /// The token that ends an answer.
  public var eosToken: String?
  /// The token that fills batches.
  public var padToken: String?
  /// The chat template, in Jinja as transformers understands it.
  public var chatTemplate: String?
  /// The most tokens that the model takes; `nil` where none is known.
  public var maximumLength: Int?

  /// A folder's description.
  public init(
    bosToken: String? = nil, eosToken: String? = nil, padToken: String? = nil,
    chatTemplate: String? = nil, maximumLength: Int? = nil
  ) {
    self.bosToken = bosToken
    self.eosToken = eosToken
    self.padToken = padToken
    self.chatTemplate = chatTemplate
    self.maximumLength = maximumLength
  }

  /// Writes `special_tokens_map.json`, `tokenizer_config.json` and `tokenizer.json` into `folder`,
  /// which `transformers.AutoTokenizer.from_pretrained(folder)` then loads.
  ///
  /// - Returns: the digest of `tokenizer.json`.
  /// - Throws: `invalidOption` if a named token is not a special token of `tokenizer`, because
  ///   transformers would add it as a new one; `unwritable`.
  @discardableResult
  public func write(_ tokenizer: BPETokenizer, to folder: String) throws -> Digest {
    let roles = try checkedRoles(tokenizer)
    let map = JSONValue.object(JSONObject(roles))
    try AtomicFile.write(map.pretty, to: Path.join(folder, "special_tokens_map.json"))
    try AtomicFile.write(
      configuration(tokenizer, roles: roles).pretty,
      to: Path.join(folder, "tokenizer_config.json"))
    return try tokenizer.write(tokenizerJSON: Path.join(folder, "tokenizer.json"))
  }

  private func checkedRoles(_ tokenizer: BPETokenizer) throws -> [(String, JSONValue)] {
    let roles = [("bos_token", bosToken), ("eos_token", eosToken), ("pad_token", padToken)]
    return try roles.compactMap { role, token in
      guard let token else { return nil }
      guard tokenizer.specialToken(token) != nil else {
        throw AksharaError(
          .invalidOption, "the \(role) `\(token)` is not a special token of the tokenizer",
          remedy: "name one of: "
            + tokenizer.addedTokens.filter(\.isSpecial).map(\.text).joined(separator: ", "))
      }
      return (role, .string(token))
    }
  }

  private func configuration(
    _ tokenizer: BPETokenizer, roles: [(String, JSONValue)]
  ) -> JSONValue {
    let added = tokenizer.addedTokens.map { token -> (String, JSONValue) in
      let entry: JSONValue = [
        "content": .string(token.text), "lstrip": false, "normalized": .bool(token.isNormalized),
        "rstrip": false, "single_word": false, "special": .bool(token.isSpecial),
      ]
      return (String(token.id), entry)
    }
    var object = JSONObject([("added_tokens_decoder", .object(JSONObject(added)))] + roles)
    if let chatTemplate { object["chat_template"] = .string(chatTemplate) }
    // Otherwise transformers removes spaces before punctuation when it decodes.
    object["clean_up_tokenization_spaces"] = false
    if let maximumLength { object["model_max_length"] = JSONValue(maximumLength) }
    object["tokenizer_class"] = "PreTrainedTokenizerFast"
    return .object(object)
  }
}
