import Artifacts

/// A tokenizer with Kannada and Telugu tokens that its base did not have.
public struct ExtendedVocabulary: Sendable {
  /// The tokenizer; it writes the base's `tokenizer.json` with the additions.
  public let tokenizer: BPETokenizer
  /// The IDs that are new: all that follow the base's largest.
  public let newIDs: Range<TokenID>
  /// For each new token, the tokens that the base has for its bytes, in order: what the rows of a
  /// model are made from.
  public let oldTokens: [[TokenID]]
  /// The digest of the base.
  public let baseDigest: String
  private let options: ExtensionOptions
  private let tokensPerWord: [Double]

  init(
    base: BPETokenizer, definition: BPEDefinition, options: ExtensionOptions,
    tokensPerWord: [Double]
  ) throws {
    let content = try ExtendedTokenizerJSON(base).bytes(of: definition)
    tokenizer = try BPETokenizer(definition, content: content)
    newIDs = TokenID(base.definition.endID)..<TokenID(definition.endID)
    oldTokens = newIDs.map { id in
      base.encode(Array(definition.vocabulary.bytes(of: id) ?? [])).ids
    }
    baseDigest = base.digest
    self.options = options
    self.tokensPerWord = tokensPerWord
  }

  /// What was made, for a program: the options, how many tokens came out, the IDs, and for each
  /// language how many tokens a word of the corpus takes now.
  public var json: JSONValue {
    let rates = IndicScript.allCases.filter { tokensPerWord[$0.rawValue].isFinite }.map {
      ($0.language, JSONValue.number((tokensPerWord[$0.rawValue] * 10_000).rounded() / 10_000))
    }
    return [
      "base_digest": .string(baseDigest), "digest": .string(tokenizer.digest),
      "options": options.json, "added": JSONValue(newIDs.count),
      "first_new_id": JSONValue(newIDs.lowerBound),
      "vocabulary": JSONValue(tokenizer.vocabularyCount),
      "corpus_tokens_per_word": .object(JSONObject(rates)),
    ]
  }

  /// Writes the folder, whole or not at all: `tokenizer.json`, `extension.json`, and the base
  /// folder's other tokenizer files as they are, or new ones if the base is a single file.
  ///
  /// - Parameters:
  ///   - baseFolder: the folder that the base was read from, if it was one.
  ///   - inputs: files that were read, none of which may be replaced.
  /// - Throws: `invalidOption` if something else stands at `path`; `unwritable`.
  public func write(
    to path: String, baseFolder: String? = nil, inputs: [String] = []
  ) throws {
    let folder = try AtomicFolder(path, replacing: "extension.json", inputs: inputs)
    let carried = Self.carriedFiles.filter { name in
      baseFolder.map { Path.exists(Path.join($0, name)) } ?? false
    }
    if let baseFolder, carried.contains("tokenizer_config.json") {
      for name in carried {
        try AtomicFile.copy(Path.join(baseFolder, name), to: Path.join(folder.workPath, name))
      }
      try tokenizer.write(tokenizerJSON: Path.join(folder.workPath, "tokenizer.json"))
    } else {
      try TokenizerFolder().write(tokenizer, to: folder.workPath)
    }
    try AtomicFile.write(json.pretty, to: Path.join(folder.workPath, "extension.json"))
    try folder.commit()
  }

  /// The files of a tokenizer folder that stay true: the IDs in them are old ones.
  private static let carriedFiles = [
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
    "generation_config.json",
  ]
}
