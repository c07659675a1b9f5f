/// What turns a pretoken into tokens where the vocabulary spells text (Llama 2, Mistral, Gemma).
///
/// The first symbols are characters; those that the vocabulary lacks become the tokens of their
/// bytes or an unknown token. Merges are made as in a byte-level model.
struct CharacterModel: Sendable {
  /// The tokens by their spelling; special tokens are not among them.
  let vocabulary: Vocabulary
  let merges: MergeTable
  let rules: CharacterRules
  /// Whether a pretoken that is a token as a whole becomes that token, whatever the merges say.
  let prefersWholePretokens: Bool
  private let unlisted: ByteStringTable
  /// Whether text can be cut before space marks without changing what merges make of it.
  let canCutBeforeMarks: Bool
  /// The number of bytes of text that each token covers, by ID; 0 for an unused one.
  let lengths: [UInt32]
  /// Whether `lengths` is all there is to say: whether no character is unknown or left out.
  let tokensHaveLengths: Bool

  init(
    vocabulary: Vocabulary, merges: [Merge], rules: CharacterRules, prefersWholePretokens: Bool
  ) {
    self.vocabulary = vocabulary
    self.merges = MergeTable(merges)
    self.rules = rules
    self.prefersWholePretokens = prefersWholePretokens
    var unlisted = ByteStringTable()
    for character in rules.unlistedCharacters {
      _ = Array(character.utf8).withUnsafeBufferPointer { unlisted.insert($0) }
    }
    self.unlisted = unlisted
    let isPlain = rules.continuingPrefix.isEmpty && rules.wordSuffix.isEmpty
    canCutBeforeMarks =
      isPlain && !prefersWholePretokens && SpaceMark.canCut(vocabulary, merges: merges)
    tokensHaveLengths =
      isPlain && !rules.byteTokens.isEmpty && !rules.byteTokens.contains(-1)
    var lengths = (0..<vocabulary.endID).map {
      UInt32(vocabulary.bytes(of: TokenID($0))?.count ?? 0)
    }
    for token in rules.byteTokens where token >= 0 {
      let missing = Int(token) + 1 - lengths.count
      if missing > 0 { lengths += repeatElement(0, count: missing) }
      lengths[Int(token)] = 1
    }
    self.lengths = lengths
  }

  /// The token or the number of a symbol's spelling; `nil` if it is unknown.
  func symbol(_ spelling: UnsafeBufferPointer<UInt8>) -> TokenID? {
    if let token = vocabulary.id(of: spelling) { return token }
    if unlisted.count == 0 { return nil }
    return unlisted.index(of: spelling).map { CharacterRules.firstUnlisted + TokenID($0) }
  }

  /// Whether a symbol is a character without a token.
  func isUnlisted(_ symbol: TokenID) -> Bool { symbol >= CharacterRules.firstUnlisted }

  /// The tokens of all these bytes, if each has one.
  func bytes(_ text: UnsafeBufferPointer<UInt8>) -> [TokenID]? {
    guard !rules.byteTokens.isEmpty else { return nil }
    let tokens = text.map { rules.byteTokens[Int($0)] }
    return tokens.contains(-1) ? nil : tokens
  }
}

/// The character that stands for a space in vocabularies made by SentencePiece.
enum SpaceMark {
  /// `▁`, U+2581.
  static let text = "\u{2581}"
  /// The same as a character.
  static let character: Unicode.Scalar = "\u{2581}"
  /// Its UTF-8.
  static let bytes = Array(text.utf8)

  /// Whether the mark stands at `position`.
  @inline(__always)
  static func stands(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    position + 2 < text.count && text[position] == 0xE2 && text[position + 1] == 0x96
      && text[position + 2] == 0x81
  }

  /// Whether text can be cut before each mark that follows another character, without changing what
  /// merges make of it.
  ///
  /// That is so if the mark is a token (else it could fuse with an unknown character before it) and
  /// no merge makes a token that has the mark behind something else: then the symbols on the two
  /// sides never join, and what happens on one side does not depend on the other.
  static func canCut(_ vocabulary: Vocabulary, merges: [Merge]) -> Bool {
    guard vocabulary.id(of: bytes) != nil else { return false }
    return merges.allSatisfy { merge in
      vocabulary.bytes(of: merge.result).map { !hasInnerMark($0) } ?? false
    }
  }

  /// Whether the mark stands behind something that is not the mark.
  static func hasInnerMark(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    while rest.starts(with: bytes) { rest = rest.dropFirst(bytes.count) }
    return rest.indices.contains { rest[$0...].starts(with: bytes) }
  }
}
