internal import Foundation

/// Transliterates Kannada and Telugu to Latin letters and back, letter by letter, after ISO 15919.
///
/// ```
/// ಕನ್ನಡ ↔ kannaḍa     ಶ್ರೀಕೃಷ್ಣ ↔ śrīkr̥ṣṇa     తెలుగు ↔ telugu
/// ```
///
/// A colon keeps apart what would be read as one letter (ಕ್ಹ is `k:ha`, ಅಇ is `a:i`), as the standard says; where the
/// text itself has colons at such a place, one is added. ZWJ and ZWNJ are kept, and so is every sign of the
/// script that stands where no syllable has one. So each text without Latin letters comes back as it was,
/// except that digits of the script become European ones, which the standard wants, and stay so.
public struct ISO15919: Sendable {
  let virama: Unicode.Scalar
  let language: TransliterationLanguage
  private let letters: [Unicode.Scalar: ISO15919Letter]
  private let consonants: [String: Unicode.Scalar]
  private let vowels: [String: Unicode.Scalar]
  private let signs: [String: Unicode.Scalar]
  private let finals: [String: Unicode.Scalar]

  /// The scalars of the longest letter: `r̥̄`.
  static let longestLetter = 3

  /// A transliterator of one script.
  public init(_ language: TransliterationLanguage) {
    let all = ISO15919Letter.letters(language)
    func table(_ kind: ISO15919Letter.Kind) -> [String: Unicode.Scalar] {
      Dictionary(
        all.filter { $0.kind == kind }.map { ($0.roman, $0.native) }, uniquingKeysWith: { $1 })
    }
    self.language = language
    virama = Unicode.Scalar(language.virama) ?? "\u{FFFD}"
    letters = Dictionary(all.map { ($0.native, $0) }, uniquingKeysWith: { $1 })
    consonants = table(.consonant)
    vowels = table(.vowel)
    signs = table(.sign)
    finals = table(.final)
  }

  /// A text with the script's letters in Latin letters; everything else stays.
  ///
  /// - Complexity: O(n).
  public func roman(_ text: String) -> String {
    var writer = ISO15919Writer(self)
    for scalar in text.unicodeScalars { writer.append(scalar) }
    return writer.finished()
  }

  /// A text with ISO 15919 in the script; words with other Latin letters (`q`, `w`, `x`, `é`) stay, and the
  /// case of letters is not regarded.
  ///
  /// - Complexity: O(n).
  public func native(_ text: String) -> String {
    var reader = ISO15919Reader(self, text)
    return reader.read()
  }

  /// The letter of the script, if ISO 15919 has one for it.
  func letter(_ scalar: Unicode.Scalar) -> ISO15919Letter? { letters[scalar] }

  /// The letter at the beginning of Latin text, with its length in scalars: the longest one.
  func letter(
    startingWith text: ArraySlice<Unicode.Scalar>
  ) -> (letter: ISO15919Letter, sign: Unicode.Scalar?, length: Int)? {
    for length in stride(from: min(Self.longestLetter, text.count), to: 0, by: -1) {
      let roman = String(String.UnicodeScalarView(text.prefix(length)))
      if let native = consonants[roman] ?? vowels[roman] ?? finals[roman],
        let found = letters[native]
      {
        return (found, signs[roman], length)
      }
    }
    return nil
  }

  /// What stands before a colon that keeps letters apart.
  enum Joint {
    /// A consonant without a vowel.
    case consonant(ISO15919Letter)
    /// A short a.
    case shortA
    /// Nothing that could be misread.
    case none
  }

  /// Whether `letter` directly behind `joint` would be read as a part of it.
  func needsColon(_ joint: Joint, before letter: ISO15919Letter) -> Bool {
    switch joint {
    case .consonant(let before):
      letter.kind == .vowel || letter.roman == "h" && consonants[before.roman + "h"] != nil
    case .shortA: letter.kind == .vowel && (letter.roman == "i" || letter.roman == "u")
    case .none: false
    }
  }
}
