import Testing

@testable import Orthography

@Suite struct CharacterClassTableTests {
  private let table = CharacterClassTable.shared

  @Test func classesCodePoints() {
    let expected: [(UnicodeScalar, CharacterClass)] = [
      ("a", .small), ("A", .capital), ("ǅ", .capital), ("ಕ", .caseless), ("中", .caseless),
      ("ʰ", .caseless),
      ("\u{CCD}", .mark), ("\u{C3F}", .mark), ("\u{301}", .mark), ("\u{FE0F}", .mark),
      ("1", .number), ("೨", .number), ("½", .number), ("Ⅷ", .number),
      (" ", .space), ("\t", .space), ("\u{B}", .space), ("\u{85}", .space), ("\u{A0}", .space),
      ("\u{3000}", .space), ("\u{2028}", .space),
      ("\n", .newline), ("\r", .newline), ("\u{200C}", .joiner), ("\u{200D}", .joiner),
      ("!", .punctuation), ("+", .punctuation), ("।", .punctuation), ("\u{FEFF}", .other),
      ("\u{200B}", .other), ("\u{10FFFF}", .other),
    ]
    for (scalar, kind) in expected {
      #expect(table[scalar.value] == kind, "U+\(String(scalar.value, radix: 16))")
    }
    #expect(table[0x110000] == .other)
  }

  @Test func agreesWithTheStandardLibraryOnCategories() {
    let differing = (UInt32(0)..<0x110000).compactMap(UnicodeScalar.init).filter { scalar in
      // The standard library may know a later Unicode.
      guard let age = scalar.properties.age, age <= (15, 0) else { return false }
      // ʕ lost its case after Unicode 15.
      return scalar != "\u{295}" && table[scalar.value] != kind(scalar)
    }
    #expect(differing == [])
  }

  private func kind(_ scalar: UnicodeScalar) -> CharacterClass {
    if scalar == "\n" || scalar == "\r" { return .newline }
    if scalar == "\u{200C}" || scalar == "\u{200D}" { return .joiner }
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .titlecaseLetter: return .capital
    case .lowercaseLetter: return .small
    case .modifierLetter, .otherLetter: return .caseless
    case .nonspacingMark, .enclosingMark, .spacingMark: return .mark
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    case .dashPunctuation, .openPunctuation, .closePunctuation, .connectorPunctuation,
      .otherPunctuation, .initialPunctuation, .finalPunctuation, .mathSymbol, .currencySymbol,
      .modifierSymbol, .otherSymbol:
      return .punctuation
    default: return .other
    }
  }

  @Test func namesItsUnicodeVersion() {
    #expect(CharacterClassTable.unicodeVersion == ICUVersion.unicode)
  }
}
