/// The letters of Kannada and Telugu and what ISO 15919 writes for them.
///
/// Both blocks have the same layout, so one table of offsets serves both; the letters that only
/// one of them has are told apart by `letters(_:)`.
///
/// Source: ISO 15919:2001, tables 1 to 3, as the Unicode code charts place the letters.
struct ISO15919Letter: Sendable, Equatable {
  /// What a letter does in a syllable.
  enum Kind: Sendable {
    case consonant
    case vowel
    case sign
    /// Anusvara, visarga and the like, which end a syllable.
    case final
  }

  /// The letter in the script.
  var native: Unicode.Scalar
  var kind: Kind
  /// In Latin letters, composed.
  var roman: String

  /// The letters of a language.
  static func letters(_ language: TransliterationLanguage) -> [ISO15919Letter] {
    let own = language == .kannada ? kannada : telugu
    return (shared + own).flatMap { kind, letters in
      letters.compactMap { offset, roman in
        Unicode.Scalar(language.base + offset).map {
          ISO15919Letter(native: $0, kind: kind, roman: roman)
        }
      }
    }
  }

  private typealias Table = [(Kind, KeyValuePairs<UInt32, String>)]

  private static let shared: Table = [
    (
      .vowel,
      [
        0x05: "a", 0x06: "ā", 0x07: "i", 0x08: "ī", 0x09: "u", 0x0A: "ū", 0x0B: "r\u{325}",
        0x0C: "l\u{325}", 0x0E: "e", 0x0F: "ē", 0x10: "ai", 0x12: "o", 0x13: "ō", 0x14: "au",
        0x60: "r\u{325}\u{304}", 0x61: "l\u{325}\u{304}",
      ]
    ),
    (
      .sign,
      [
        0x3E: "ā", 0x3F: "i", 0x40: "ī", 0x41: "u", 0x42: "ū", 0x43: "r\u{325}",
        0x44: "r\u{325}\u{304}", 0x46: "e", 0x47: "ē", 0x48: "ai", 0x4A: "o", 0x4B: "ō",
        0x4C: "au", 0x62: "l\u{325}", 0x63: "l\u{325}\u{304}",
      ]
    ),
    (
      .consonant,
      [
        0x15: "k", 0x16: "kh", 0x17: "g", 0x18: "gh", 0x19: "ṅ", 0x1A: "c", 0x1B: "ch",
        0x1C: "j", 0x1D: "jh", 0x1E: "ñ", 0x1F: "ṭ", 0x20: "ṭh", 0x21: "ḍ", 0x22: "ḍh",
        0x23: "ṇ", 0x24: "t", 0x25: "th", 0x26: "d", 0x27: "dh", 0x28: "n", 0x2A: "p",
        0x2B: "ph", 0x2C: "b", 0x2D: "bh", 0x2E: "m", 0x2F: "y", 0x30: "r", 0x31: "ṟ",
        0x32: "l", 0x33: "ḷ", 0x35: "v", 0x36: "ś", 0x37: "ṣ", 0x38: "s", 0x39: "h",
      ]
    ),
    (.final, [0x01: "m\u{310}", 0x02: "ṁ", 0x03: "ḥ"]),
  ]

  private static let kannada: Table = [
    (.consonant, [0x5E: "ḻ"]),
    (.final, [0x71: "ẖ", 0x72: "ḫ"]),
  ]

  private static let telugu: Table = [(.consonant, [0x34: "ḻ", 0x58: "ĉ", 0x59: "ẑ"])]
}
