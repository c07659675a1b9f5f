import Artifacts

/// Reads `model.vocab` and `model.merges` of a `tokenizer.json`.
///
/// A vocabulary that spells all 256 bytes with the byte alphabet is read as bytes; any other as text.
struct BPEModelReader {
  let section: TokenizerJSONSection
  let addedTokens: [AddedToken]
  /// Whether the pretokenizer spells bytes.
  let isByteLevel: Bool
  private var vocabulary = Vocabulary()
  private var merges: [Merge] = []
  /// The rules for a vocabulary that is read as text.
  private var characters: CharacterRules?
  /// The IDs of special tokens that stand in `vocab`, by their text.
  private var specials: [[UInt8]: TokenID] = [:]

  init(section: TokenizerJSONSection, addedTokens: [AddedToken], isByteLevel: Bool) {
    self.section = section
    self.addedTokens = addedTokens
    self.isByteLevel = isByteLevel
  }

  /// Reads both.
  ///
  /// - Throws: `malformed`.
  mutating func read() throws -> BPEModelParts {
    guard let pairs = section["vocab"]?.object?.pairs else {
      throw section.malformed("vocab", "is not an object")
    }
    if try !spellsBytes(pairs) { characters = CharacterRules() }
    try readVocabulary(pairs)
    try readCharacterRules()
    try readMerges()
    return BPEModelParts(vocabulary: vocabulary, merges: merges, characters: characters)
  }

  // MARK: The vocabulary

  /// Whether tokens are bytes: then nothing is ever unknown, and neither `unk_token` nor `fuse_unk`
  /// nor `byte_fallback` says anything.
  private func spellsBytes(_ pairs: [JSONObject.Pair]) throws -> Bool {
    guard isByteLevel else { return false }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard try (section.optionalString(key) ?? "").isEmpty else { return false }
    }
    var missing = Set(ByteAlphabet.scalars.map { Array(String($0).utf8) })
    for pair in pairs where pair.key.utf8.count <= 2 { missing.remove(Array(pair.key.utf8)) }
    return missing.isEmpty
  }

  /// Special tokens that stand in `vocab` are left out: text never becomes one.
  private mutating func readVocabulary(_ pairs: [JSONObject.Pair]) throws {
    vocabulary = Vocabulary(capacity: pairs.count)
    var listed: [[UInt8]: TokenID] = [:]
    let addedByText = Dictionary(
      addedTokens.map { (Array($0.text.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    for pair in pairs {
      let id = try id(of: pair)
      let spelling = Array(pair.key.utf8)
      if let added = addedByText[spelling] {
        listed[spelling] = id
        let isLeftOut =
          characters == nil && ByteAlphabet.bytes(spelledBy: added.text) != spelling
        if added.isSpecial || isLeftOut {
          specials[spelling] = id
          continue
        }
      }
      try add(pair.key, id: id)
    }
    try checkNumbering(vocabularyCount: pairs.count, listed: listed)
  }

  private func id(of pair: JSONObject.Pair) throws -> TokenID {
    guard let value = pair.value.integer, (0...Int64(Vocabulary.largestID)).contains(value) else {
      throw section.malformed(
        "vocab",
        "gives `\(pair.key)` the ID \(pair.value.compactString); IDs are whole numbers "
          + "from 0 to \(Vocabulary.largestID)")
    }
    return TokenID(value)
  }

  private mutating func add(_ text: String, id: TokenID) throws {
    // Whisper's 50256: no text becomes it, and it becomes no text, as any ID that no token has.
    if text.isEmpty { return }
    guard let bytes = bytes(spelledBy: text) else {
      throw section.malformed("vocab", "has `\(text)`, which does not spell bytes")
    }
    do { try vocabulary.add(bytes, id: id) } catch Vocabulary.Refusal.repeatedID {
      throw section.malformed(
        "vocab", "gives the ID \(id) to two tokens",
        "give `\(text)` an ID of its own, or take it and its merges out: an ID decodes to one text")
    } catch {
      throw section.malformed("vocab", "has `\(text)` twice")
    }
  }

  private func bytes(spelledBy text: String) -> [UInt8]? {
    characters == nil ? ByteAlphabet.bytes(spelledBy: text) : Array(text.utf8)
  }

  /// `tokenizers` numbers added tokens itself; a file that says otherwise would give other IDs
  /// there than here.
  private func checkNumbering(vocabularyCount: Int, listed: [[UInt8]: TokenID]) throws {
    var numbering = AddedTokenNumbering(vocabularyCount: vocabularyCount)
    for token in addedTokens {
      let id = numbering.id(listed: listed[Array(token.text.utf8)])
      guard id == token.id else {
        throw section.malformed(
          "vocab",
          "makes \(id) the ID of the added token `\(token.text)`, but `added_tokens` says "
            + "\(token.id)")
      }
    }
  }

  // MARK: Rules

  private mutating func readCharacterRules() throws {
    let prefix = try section.optionalString("continuing_subword_prefix") ?? ""
    let suffix = try section.optionalString("end_of_word_suffix") ?? ""
    let fuses = try section.flag("fuse_unk")
    let fallsBack = try section.flag("byte_fallback")
    let unknown = try section.optionalString("unk_token")
    guard characters != nil else { return }
    var rules = CharacterRules(
      fusesUnknown: fuses, continuingPrefix: prefix, wordSuffix: suffix)
    if let unknown {
      guard let id = listedID(unknown) else {
        throw section.malformed("unk_token", "is `\(unknown)`, which is not in `vocab`")
      }
      rules.unknownToken = id
    }
    if fallsBack {
      rules.byteTokens = (UInt8.min...UInt8.max).map {
        listedID(CharacterRules.spelling(ofByte: $0)) ?? -1
      }
    }
    characters = rules
  }

  private func listedID(_ text: String) -> TokenID? {
    let spelling = Array(text.utf8)
    return vocabulary.id(of: spelling) ?? specials[spelling]
  }

  // MARK: Merges

  /// Reads `merges`: pairs, or strings with a space between the two, as older files have them.
  /// Merges of special tokens, and those that would make one, are left out: text never becomes one.
  private mutating func readMerges() throws {
    guard let values = section["merges"]?.array else {
      throw section.malformed("merges", "is not an array")
    }
    guard values.count <= Self.mostMerges else {
      throw section.malformed("merges", "has more than \(Self.mostMerges) elements")
    }
    merges.reserveCapacity(values.count)
    let prefixCount = characters?.continuingPrefix.utf8.count ?? 0
    for (rank, value) in values.enumerated() {
      guard let (left, right) = Self.parts(of: value) else {
        throw section.malformed("merges[\(rank)]", "is not a pair of tokens")
      }
      let result = Array(left.utf8) + right.utf8.dropFirst(prefixCount)
      if !specials.isEmpty, isSpecial(left.utf8) || isSpecial(right.utf8) || isSpecial(result) {
        continue
      }
      guard let left = bytes(spelledBy: left), let right = bytes(spelledBy: right),
        let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
        let resultID = vocabulary.id(of: left + right.dropFirst(prefixCount))
      else {
        throw section.malformed(
          "merges[\(rank)]",
          "is \(value.compactString), but the two and what they make are not "
            + "all tokens of `vocab`")
      }
      merges.append(Merge(left: leftID, right: rightID, result: resultID, rank: Int32(rank)))
    }
  }

  private func isSpecial(_ spelling: some Sequence<UInt8>) -> Bool {
    specials[Array(spelling)] != nil
  }

  /// A token of n bytes has at most n − 1 merges; four a token is twice what Llama 3 has.
  private static let mostMerges = Vocabulary.largestID * 4

  private static func parts(of value: JSONValue) -> (String, String)? {
    if let pair = value.array {
      guard pair.count == 2, let left = pair[0].string, let right = pair[1].string else {
        return nil
      }
      return (left, right)
    }
    // Spaces inside tokens can be written only as pairs, so there is exactly one. It is a byte: with a
    // vowel sign behind it, it is no character of its own.
    let bytes = value.string.map { Array($0.utf8) } ?? []
    let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
  }
}
