internal import Orthography

/// What makes two spellings of a character's name the same: form C, one space between words, no
/// difference of case.
struct CharacterName: Hashable {
  private let key: [UInt8]

  init(_ name: String) {
    let words = NFC.normalized(name).text.split(whereSeparator: \.isWhitespace)
    key = Array(words.joined(separator: " ").lowercased().utf8)
  }

  /// Whether a line can be a name in a script without letter case, or before a colon: short, with
  /// a letter, and no punctuation that ends a clause.
  static func isPlausible(_ text: some StringProtocol) -> Bool {
    let scalars = text.unicodeScalars
    guard scalars.count <= longestName, let last = scalars.last else { return false }
    return !clauseEnds.contains(last) && scalars.contains { $0.properties.isAlphabetic }
      && text.split(whereSeparator: \.isWhitespace).count <= mostWords
  }

  /// Long enough for "ಬಸ್ ಕಂಡಕ್ಟರ್ ರಾಮಣ್ಣ", too short for most sentences.
  private static let longestName = 40
  private static let mostWords = 4
  private static let clauseEnds: Set<Unicode.Scalar> = [
    ".", "!", "?", ",", ";", ":", "…", "।", "॥", "\"", "'", "”", "’", "-", "–", "—",
  ]
}
