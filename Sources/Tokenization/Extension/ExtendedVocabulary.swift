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
    newIDs = TokenID(base.definition.endID)..<TokenID(definition.endID)
    let content = try ExtendedTokenizerJSON(base).bytes(of: definition)
    tokenizer = try ExtendedFileCheck(base: base, intended: definition)
      .read(content, newIDs: newIDs)
    oldTokens = try tokenizer.spellings(ofTokensFrom: newIDs.lowerBound)
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

  /// What was made, in a sentence.
  public var summary: String {
    let rates = IndicScript.allCases.filter { tokensPerWord[$0.rawValue].isFinite }.map { script in
      let hundredths = Int((tokensPerWord[script.rawValue] * 100).rounded())
      let digits = String(hundredths % 100)
      return "\(hundredths / 100).\(digits.count < 2 ? "0" : "")\(digits) (\(script.language))"
    }
    let shortfall =
      newIDs.count < options.tokenCount
      ? " (of \(options.tokenCount); the corpus has no more)" : ""
    return
      "\(newIDs.count) tokens added\(shortfall), \(newIDs.lowerBound) to \(newIDs.upperBound - 1); "
      + "tokens a word of the corpus: \(rates.joined(separator: ", "))"
  }

  /// Refuses an output before the work is done that `write` would refuse after it.
  ///
  /// - Throws: `invalidOption`, `unwritable`.
  public static func checkOutput(_ path: String, inputs: [String]) throws {
    _ = try begin(at: path, inputs: inputs)
  }

  private static func begin(at path: String, inputs: [String]) throws -> AtomicFolder {
    let folder = try AtomicFolder(path, replacing: marker, inputs: inputs)
    try AtomicFolder.requireNothingElse(at: path) {
      $0 == marker || $0 == "tokenizer.json" || carriedFiles.contains($0)
    }
    return folder
  }

  /// The file that tells such a folder from any other.
  private static let marker = "extension.json"

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
    let folder = try Self.begin(at: path, inputs: inputs)
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
    try AtomicFile.write(json.pretty, to: Path.join(folder.workPath, Self.marker))
    try folder.commit()
  }

  /// The files of a tokenizer folder that stay true: the IDs in them are old ones.
  private static let carriedFiles = [
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
    "generation_config.json",
  ]
}

extension BPETokenizer {
  /// How the tokens below `first` spell each token from `first` on that is no added token, in the
  /// order of IDs: what the base of an extended tokenizer made of it.
  ///
  /// - Throws: `unsupported` if the tokens below `first` lack a byte.
  public func spellings(ofTokensFrom first: TokenID) throws -> [[TokenID]] {
    var old = definition
    old.vocabulary = Vocabulary(capacity: definition.vocabulary.count)
    for id in definition.vocabulary.sortedIDs where id < first {
      try old.vocabulary.add(Array(definition.vocabulary.bytes(of: id) ?? []), id: id)
    }
    old.merges = definition.merges.filter { max($0.left, $0.right, $0.result) < first }
    old.prefersWholePretokens = false
    // Tokens are found in text that was normalized before.
    old.normalizer = nil
    old.addedTokens = []
    let model = try BPETokenizer(old)
    let added = Set(addedTokens.map(\.id))
    return definition.vocabulary.sortedIDs.filter { $0 >= first && !added.contains($0) }.map {
      model.encode(bytes(of: $0) ?? []).ids
    }
  }
}

extension BPETokenizer {
  /// The first merge, by rank, that makes each token, in the order in which merges are listed.
  public var compositions: [(left: TokenID, right: TokenID, result: TokenID)] {
    var seen: Set<TokenID> = []
    return definition.merges.filter { seen.insert($0.result).inserted }
      .map { ($0.left, $0.right, $0.result) }
  }
}
