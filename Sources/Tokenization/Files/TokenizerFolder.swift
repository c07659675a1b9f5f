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

  /// The roles that are filled, spelt as transformers spells them.
  private var roles: [(role: String, token: String)] {
    [("bos_token", bosToken), ("eos_token", eosToken), ("pad_token", padToken)]
      .compactMap { role, token in token.map { (role, $0) } }
  }

  /// The files of such a folder.
  private static let files = ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"]

  /// Begins a folder that appears whole at `path` when it is committed.
  ///
  /// - Parameter inputs: files that are read to make the tokenizer; none of them may be replaced.
  /// - Throws: `invalidOption` if what stands at `path` is neither empty nor a folder with a
  ///   tokenizer and nothing else: a model's folder is not replaced by a tokenizer; `unwritable`.
  public static func begin(at path: String, inputs: [String]) throws -> AtomicFolder {
    try AtomicFolder.requireNothingElse(at: path, than: files.contains)
    return try AtomicFolder(path, replacing: "tokenizer.json", inputs: inputs)
  }

  /// Checks that the named tokens are special tokens; transformers would add any other as a new one.
  ///
  /// - Parameter specialTokens: the texts of the tokenizer's special tokens.
  /// - Throws: `invalidOption`.
  public func check(against specialTokens: [String]) throws {
    let known = Set(specialTokens.map { Array($0.utf8) })
    for (role, token) in roles where !known.contains(Array(token.utf8)) {
      throw AksharaError(
        .invalidOption, "the \(role) `\(token)` is not a special token of the tokenizer",
        remedy: specialTokens.isEmpty
          ? "give the tokenizer that special token"
          : "name one of: " + specialTokens.joined(separator: ", "))
    }
  }

  /// Writes `special_tokens_map.json`, `tokenizer_config.json` and `tokenizer.json` into `folder`,
  /// which `transformers.AutoTokenizer.from_pretrained(folder)` then loads.
  ///
  /// Where no `tokenizer.json` can say what the tokenizer does, `tokenizer.model` stands for it.
  ///
  /// - Returns: the digest of `tokenizer.json`.
  /// - Throws: `invalidOption` if a named token is not a special token of `tokenizer`; `unwritable`.
  @discardableResult
  public func write(_ tokenizer: BPETokenizer, to folder: String) throws -> Digest {
    try check(against: tokenizer.addedTokens.filter(\.isSpecial).map(\.text))
    let map = JSONValue.object(JSONObject(roles.map { ($0.role, .string($0.token)) }))
    try AtomicFile.write(map.pretty, to: Path.join(folder, "special_tokens_map.json"))
    try AtomicFile.write(
      configuration(tokenizer).pretty, to: Path.join(folder, "tokenizer_config.json"))
    return try tokenizer.write(into: folder)
  }

  private func configuration(_ tokenizer: BPETokenizer) -> JSONValue {
    let added = tokenizer.addedTokens.map { token -> (String, JSONValue) in
      let entry: JSONValue = [
        "content": .string(token.text), "lstrip": false, "normalized": .bool(token.isNormalized),
        "rstrip": false, "single_word": false, "special": .bool(token.isSpecial),
      ]
      return (String(token.id), entry)
    }
    var object: JSONObject = ["added_tokens_decoder": .object(JSONObject(added))]
    for (role, token) in roles { object[role] = .string(token) }
    if let chatTemplate { object["chat_template"] = .string(chatTemplate) }
    // Otherwise transformers removes spaces before punctuation when it decodes.
    object["clean_up_tokenization_spaces"] = false
    if let maximumLength { object["model_max_length"] = JSONValue(maximumLength) }
    object["tokenizer_class"] = "PreTrainedTokenizerFast"
    return .object(object)
  }
}
