import Artifacts

extension BPETokenizer {
  /// The bytes of `tokenizer.json`, as `write(tokenizerJSON:)` writes them.
  ///
  /// - Throws: `unsupported` if no such file can say what this tokenizer does.
  public var tokenizerJSON: [UInt8] { get throws { try content.bytes } }

  /// Writes `tokenizer.json`, which `tokenizers` and `transformers` load with the same IDs.
  ///
  /// A tokenizer that was read from a `tokenizer.json` writes the same bytes again.
  ///
  /// - Returns: the digest of the file, which is also the tokenizer's.
  /// - Throws: `unwritable`; `unsupported` if no such file can say what this tokenizer does.
  @discardableResult
  public func write(tokenizerJSON path: String) throws -> Digest {
    try AtomicFile.write(tokenizerJSON, to: path)
  }

  /// Writes the tokenizer into a folder: as `tokenizer.json`, or, where no such file can say what it
  /// does, as the SentencePiece model that it was read from, `tokenizer.model`. `TokenizerPlace` finds
  /// either.
  ///
  /// - Returns: the digest of the file, which is also the tokenizer's.
  /// - Throws: `unwritable`; `unsupported` if neither file can be written.
  @discardableResult
  public func write(into folder: String) throws -> Digest {
    do {
      return try write(tokenizerJSON: Path.join(folder, TokenizerPlace.written))
    } catch let error as AksharaError where error.code == .unsupported {
      guard SentencePieceFile.isLikely(content.source) else { throw error }
      return try AtomicFile.write(
        content.source, to: Path.join(folder, TokenizerPlace.sentencePiece))
    }
  }
}

extension BPEDefinition {
  /// The bytes of `tokenizer.json`: always the same for the same definition.
  ///
  /// - Throws: `unsupported` if no such file can say what this tokenizer does.
  func tokenizerJSON(at location: SourceLocation?) throws -> [UInt8] {
    if let reason = reasonForNoJSON {
      throw AksharaError(
        .unsupported, "no tokenizer.json can say what this tokenizer does: \(reason)",
        at: location, remedy: "use the tokenizer's own file")
    }
    let json: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": .array(addedTokens.map(Self.json)),
      "normalizer": normalizer?.json ?? .null,
      "pre_tokenizer": pretokenization.json,
      "post_processor": postProcessor?.json ?? .null,
      "decoder": decoder.json,
      "model": modelJSON,
    ]
    return json.compact
  }

  /// Why `tokenizers` could not do the same; `nil` if it can.
  private var reasonForNoJSON: String? {
    if let normalizer, normalizer.json == nil {
      return "its normalizer has a table of characters, which is read otherwise there"
    }
    if characters?.unlistedCharacters.isEmpty == false {
      return "it merges characters that are no tokens"
    }
    if case .sentencePiece(let spec) = normalizer, spec.addsDummyPrefix,
      addedTokens.contains(where: \.isNormalized)
    {
      return "it puts a space before texts and has user-defined pieces"
    }
    return mergeListing == nil
      ? "pieces with equal scores compete by their place in the text" : nil
  }

  /// The merges in an order that says the same; `nil` where none does.
  private var mergeListing: [Merge]? { MergeListing(merges, spelling: spelling)?.merges }

  private var modelJSON: JSONValue {
    let rules = characters
    func text(_ text: String?) -> JSONValue {
      text.flatMap { $0.isEmpty ? nil : JSONValue.string($0) } ?? .null
    }
    return [
      "type": "BPE", "dropout": .null,
      "unk_token": text(rules?.unknownToken.flatMap(unknownText)),
      "continuing_subword_prefix": text(rules?.continuingPrefix),
      "end_of_word_suffix": text(rules?.wordSuffix),
      "fuse_unk": .bool(rules?.fusesUnknown ?? false),
      "byte_fallback": .bool(rules?.byteTokens.isEmpty == false),
      "ignore_merges": .bool(prefersWholePretokens),
      "vocab": vocabularyJSON,
      "merges": .array((mergeListing ?? []).map(json)),
    ]
  }

  private func unknownText(_ id: TokenID) -> String? {
    spelling(of: id) ?? addedTokens.first { $0.id == id }?.text
  }

  private static func json(_ token: AddedToken) -> JSONValue {
    [
      "id": JSONValue(token.id), "content": .string(token.text),
      "single_word": .bool(token.isSingleWord), "lstrip": .bool(token.takesSpaceBefore),
      "rstrip": .bool(token.takesSpaceAfter), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  private func json(_ merge: Merge) -> JSONValue {
    .array([merge.left, merge.right].map { .string(spelling(of: $0) ?? "") })
  }

  /// The vocabulary in the order of IDs. Added tokens stand in it too if `tokenizers`, which
  /// numbers the ones that do not, would otherwise give one of them another ID; an unknown token
  /// and byte tokens must.
  private var vocabularyJSON: JSONValue {
    var entries = vocabulary.sortedIDs.map { (id: $0, text: spelling(of: $0) ?? "") }
    var numbering = AddedTokenNumbering(vocabularyCount: vocabulary.count)
    let ordinaryIDs = Set(entries.map(\.id))
    let numbersItself = addedTokens.allSatisfy {
      numbering.id(listed: ordinaryIDs.contains($0.id) ? $0.id : nil) == $0.id
    }
    if !numbersItself || characters != nil {
      entries += addedTokens.filter { !ordinaryIDs.contains($0.id) }.map { ($0.id, $0.text) }
      entries.sort { $0.id < $1.id }
    }
    return .object(JSONObject(entries.map { ($0.text, JSONValue($0.id)) }))
  }
}

/// The IDs that `tokenizers` gives to added tokens, whatever `added_tokens` says: a token whose
/// text stands in the vocabulary has the ID it has there; any other gets the next one.
///
/// Source: `tokenizers` 0.23, `AddedVocabulary::add_tokens`.
struct AddedTokenNumbering {
  let vocabularyCount: Int
  private var largest: TokenID = -1

  init(vocabularyCount: Int) { self.vocabularyCount = vocabularyCount }

  /// The ID of the next added token, which has the ID `listed` in the vocabulary, or none there.
  mutating func id(listed: TokenID?) -> TokenID {
    let id = listed ?? max(largest + 1, TokenID(vocabularyCount))
    largest = max(largest, id)
    return id
  }
}
