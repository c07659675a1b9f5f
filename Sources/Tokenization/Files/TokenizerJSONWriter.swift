import Artifacts

extension BPETokenizer {
  /// Writes `tokenizer.json`, which `tokenizers` and `transformers` load with the same IDs.
  ///
  /// A tokenizer that was read from a `tokenizer.json` writes the same bytes again.
  ///
  /// - Returns: the digest of the file, which is also the tokenizer's.
  /// - Throws: `unwritable`.
  @discardableResult
  public func write(tokenizerJSON path: String) throws -> Digest {
    try AtomicFile.write(content.bytes, to: path)
  }
}

extension BPEDefinition {
  /// The bytes of `tokenizer.json`: always the same for the same definition.
  var tokenizerJSON: [UInt8] {
    let json: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": .array(addedTokens.map(Self.json)),
      "normalizer": .null,
      "pre_tokenizer": preTokenizer,
      "post_processor": .null,
      "decoder": [
        "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
      ],
      "model": [
        "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
        "ignore_merges": .bool(prefersWholePretokens),
        "vocab": vocabularyJSON,
        "merges": .array(merges.map(json)),
      ],
    ]
    return json.compact
  }

  private static func json(_ token: AddedToken) -> JSONValue {
    [
      "id": JSONValue(token.id), "content": .string(token.text), "single_word": false,
      "lstrip": false, "rstrip": false, "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  private var preTokenizer: JSONValue {
    func byteLevel(usesRegex: Bool) -> JSONValue {
      [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
        "use_regex": .bool(usesRegex),
      ]
    }
    let pattern = pretokenizer.pattern ?? .gpt2
    if pattern == .gpt2 { return byteLevel(usesRegex: true) }
    let splits: [JSONValue] = pattern.regexes.map {
      [
        "type": "Split", "pattern": ["Regex": .string($0)], "behavior": "Isolated",
        "invert": false,
      ]
    }
    return [
      "type": "Sequence", "pretokenizers": .array(splits + [byteLevel(usesRegex: false)]),
    ]
  }

  private func json(_ merge: Merge) -> JSONValue {
    .array([merge.left, merge.right].map { .string(spelling(of: $0)) })
  }

  private func spelling(of id: TokenID) -> String {
    ByteAlphabet.text(spelling: vocabulary.bytes(of: id) ?? [])
  }

  /// The vocabulary in the order of IDs. Added tokens stand in it too if `tokenizers`, which
  /// numbers the ones that do not, would otherwise give one of them another ID.
  private var vocabularyJSON: JSONValue {
    var entries = vocabulary.sortedIDs.map { (id: $0, text: spelling(of: $0)) }
    var numbering = AddedTokenNumbering(vocabularyCount: vocabulary.count)
    let ordinaryIDs = Set(entries.map(\.id))
    let numbersItself = addedTokens.allSatisfy {
      numbering.id(listed: ordinaryIDs.contains($0.id) ? $0.id : nil) == $0.id
    }
    if !numbersItself {
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
