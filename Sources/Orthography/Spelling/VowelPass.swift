/// Spells vowels as Unicode wants them.
///
/// These sequences look like another vowel but are not canonically equivalent to it, so form C
/// leaves them. Source: The Unicode Standard 15.0, the tables "vowel letters" of §12.7 (Telugu) and
/// §12.8 (Kannada), column "do not use".
struct VowelPass: SpellingPass {
  let rule = SpellingRule.vowelSequence

  private static let vowels: [UInt32: [UInt32: UInt32]] = [
    0xC12: [0xC55: 0xC13, 0xC4C: 0xC14],  // ఒ + ౕ → ఓ, ఒ + ౌ → ఔ
    0xC3F: [0xC55: 0xC40],  // ి + ౕ → ీ
    0xC46: [0xC55: 0xC47],  // ె + ౕ → ే
    0xC4A: [0xC55: 0xC4B],  // ొ + ౕ → ో
    0xC89: [0xCBE: 0xC8A],  // ಉ + ಾ → ಊ
    0xC8B: [0xCBE: 0xCE0],  // ಋ + ಾ → ೠ
    0xC92: [0xCCC: 0xC94],  // ಒ + ೌ → ಔ
  ]

  /// One of the two characters of each sequence, the one that is rarer in ordinary text.
  var triggers: Set<UInt32> { [0xC12, 0xC55, 0xC89, 0xC8B, 0xC92] }

  func edits(of text: ScalarText) -> [PassEdit] {
    text.scalars.indices.dropLast().compactMap { index in
      Self.vowels[text.scalars[index]]?[text.scalars[index + 1]].map {
        text.edit(index..<index + 2, to: [$0])
      }
    }
  }
}
