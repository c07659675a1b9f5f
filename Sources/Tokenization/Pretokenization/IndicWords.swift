import Orthography

/// Kannada and Telugu words as pretokens of their own, for patterns that know letters only.
///
/// Patterns such as Llama 3's cut a word at every vowel sign, because a mark is no `\p{L}`. To such
/// a pattern one alternative is added, and from its letters and punctuation the characters of that
/// alternative are taken away:
///
///     K = letters and marks of the blocks Telugu and Kannada
///     B = U+0C05–0C39 and U+0C85–0CB9, the letters that words begin with
///     added:               `(?: ?[B]|[K])[K\u200C\u200D]*`
///     `\p{L}+`             becomes  `[^\P{L}K]+`
///     `[^\s\p{L}\p{N}]+`   becomes  `[^\s\p{L}\p{N}K]+`
///
/// In a text without K the new alternative never matches and the two brackets accept what they
/// accepted before, so it is cut exactly as before. `Googleನಲ್ಲಿ` is `Google|ನಲ್ಲಿ`: the name is encoded as
/// in English, and the case ending as after any other word. Only U+0020 goes with the word, so no
/// token is spent on a word with a quotation mark or bracket before it; and only before B, because
/// old vocabularies have ` \xE0` and ` \xE0\xB2`, but no ` \xE0\xB3`: a space before `ೞ` (E0 B3 9E)
/// would tear its first byte off, and no merge could put it back.
enum IndicWords {
  /// The class that the scanner gives to K; a bit that `CharacterClass` leaves free.
  static let part = CharacterClass(rawValue: 1 << 15)

  /// The blocks Telugu (U+0C00–0C7F) and Kannada (U+0C80–0CFF) without what is no letter or mark:
  /// digits and fractions, U+0C77, U+0C7F and U+0C84. Unassigned code points are in it, so that
  /// the piece does not depend on the version of Unicode that an engine knows.
  ///
  /// Source: The Unicode Standard 15.0, code charts.
  static let ranges: [ClosedRange<UInt32>] = [
    0x0C00...0x0C65, 0x0C70...0x0C76, 0x0C80...0x0C83, 0x0C85...0x0CE5, 0x0CF0...0x0CFF,
  ]

  /// The ranges as they stand in a bracket.
  private static let bracket =
    #"\u0C00-\u0C65\u0C70-\u0C76\u0C80-\u0C83\u0C85-\u0CE5\u0CF0-\u0CFF"#

  /// Whether a code point is in K.
  @inline(__always)
  static func contains(_ codePoint: UInt32) -> Bool {
    // One comparison for all other scripts.
    codePoint &- 0x0C00 < 0x100 && ranges.contains { $0.contains(codePoint) }
  }

  /// Whether a space before this code point goes with its word: B.
  @inline(__always)
  static func beginsAfterSpace(_ codePoint: UInt32) -> Bool {
    0x0C05...0x0C39 ~= codePoint || 0x0C85...0x0CB9 ~= codePoint
  }

  /// A pattern's regular expression with the alternative added.
  static func regex(extending regex: String) -> String {
    #"(?: ?[\u0C05-\u0C39\u0C85-\u0CB9]|[\#(bracket)])[\#(bracket)\u200C\u200D]*|"#
      + regex.replacing(#"\p{L}+"#, with: #"[^\P{L}\#(bracket)]+"#)
      .replacing(#"[^\s\p{L}\p{N}]+"#, with: #"[^\s\p{L}\p{N}\#(bracket)]+"#)
  }
}
