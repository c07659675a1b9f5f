/// How text becomes symbols where a vocabulary spells text and not bytes: the options of `model` in
/// a `tokenizer.json` that go beyond merges.
struct CharacterRules: Sendable, Equatable {
  /// The token of characters that the vocabulary lacks; without one they are left out.
  var unknownToken: TokenID?
  /// Whether neighbouring unknown characters are one unknown token.
  var fusesUnknown = false
  /// The tokens `<0x00>` … `<0xFF>` by byte, −1 where there is none; empty if an unknown character
  /// does not become the tokens of its bytes.
  var byteTokens: [TokenID] = []
  /// What the vocabulary writes before a symbol that does not begin a pretoken; mostly empty.
  var continuingPrefix = ""
  /// What the vocabulary writes behind the symbol that ends a pretoken, such as `</w>`.
  var wordSuffix = ""
  /// Characters that have no token and can still be part of a merge, as in SentencePiece, where
  /// "ab" may be a piece and "a" none. In merges number `i` of them is `firstUnlisted + i`.
  var unlistedCharacters: [String] = []

  /// The number of the first unlisted character, above every token ID.
  static let firstUnlisted = TokenID(Vocabulary.largestID + 1)

  /// The spelling of the token of a byte.
  static func spelling(ofByte byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
  }

  /// The byte whose token is spelled so.
  static func byte(spelledBy spelling: some Collection<UInt8>) -> UInt8? {
    let spelling = Array(spelling)
    guard spelling.count == 6, spelling.starts(with: "<0x".utf8),
      spelling[5] == UInt8(ascii: ">"), spelling[3] != UInt8(ascii: "+")
    else { return nil }
    return UInt8(String(decoding: spelling[3..<5], as: UTF8.self), radix: 16)
  }
}
