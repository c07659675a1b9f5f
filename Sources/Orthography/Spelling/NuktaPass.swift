/// Puts a nukta directly behind its consonant: ಜ + ಾ + ಼ → ಜ + ಼ + ಾ.
///
/// Form C orders nukta and virama, but not nukta and vowel sign: both spellings look alike, and only
/// the first is right (The Unicode Standard 15.0, §12.1: a nukta follows the consonant it modifies).
struct NuktaPass: SpellingPass {
  let rule = SpellingRule.nuktaOrder

  var triggers: Set<UInt32> { [0xC3C, 0xCBC] }

  func edits(of text: ScalarText) -> [PassEdit] {
    text.scalars.indices.compactMap { index in
      guard Self.isNukta(text.scalars[index]), let start = consonantEnd(before: index, in: text),
        start < index
      else { return nil }
      return text.edit(
        start..<index + 1, to: [text.scalars[index]] + text.scalars[start..<index])
    }
  }

  private static func isNukta(_ scalar: UInt32) -> Bool { scalar == 0xC3C || scalar == 0xCBC }

  /// Where the consonant ends to which the nukta at `index` belongs: only its own script's vowel
  /// signs, final marks and virama lie between.
  private func consonantEnd(before index: Int, in text: ScalarText) -> Int? {
    let script: ConjunctScript = text.scalars[index] == 0xC3C ? .telugu : .kannada
    var place = index
    while place > 0 {
      let symbol = AksharaClassTable.shared[text.scalars[place - 1]]
      guard symbol.script == script else { return nil }
      switch symbol.kind {
      case .consonant: return place
      case .vowelSign, .finalMark, .virama: place -= 1
      default: return nil
      }
    }
    return nil
  }
}
