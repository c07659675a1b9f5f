/// The akshara rules, one after another, each by looking back over the characters: the slow twin of
/// `AksharaSegmenter`.
///
/// The first rule that has an answer decides; `×` says that nothing ends here, `÷` that an akshara
/// ends. The rules GB are those of UAX #29 with their numbers; AK are ours.
package struct AksharaGrammar {
  private let symbols: [AksharaSymbol]
  /// Where each character begins, and the end of the text.
  private let borders: [Int]

  /// The text to cut; it need not be valid UTF-8.
  package init(_ bytes: [UInt8]) {
    var symbols: [AksharaSymbol] = []
    var borders = [0]
    while let start = borders.last, start < bytes.count {
      let scalar = Self.scalar(bytes.dropFirst(start))
      symbols.append(
        scalar.map { AksharaClassTable.shared[$0.value] } ?? AksharaSymbol(.control))
      borders.append(start + (scalar.map { UTF8.width($0) } ?? 1))
    }
    self.symbols = symbols
    self.borders = borders
  }

  /// Where the aksharas end.
  package var ends: [Int] {
    symbols.indices.map { $0 + 1 }.filter(isEnd).map { borders[$0] }
  }

  /// The scalar with which valid UTF-8 begins.
  private static func scalar(_ bytes: ArraySlice<UInt8>) -> UnicodeScalar? {
    (1...4).lazy.compactMap { String(validating: bytes.prefix($0), as: UTF8.self) }
      .first?.unicodeScalars.first
  }

  /// Whether an akshara ends before character `index`.
  private func isEnd(before index: Int) -> Bool {
    guard index < symbols.count else { return true }  // GB2
    let before = symbols[index - 1].kind
    let after = symbols[index].kind
    if before == .carriageReturn && after == .lineFeed { return false }  // GB3: CR × LF
    if Self.controls.contains(before) { return true }  // GB4: (Control | CR | LF) ÷
    if Self.controls.contains(after) { return true }  // GB5: ÷ (Control | CR | LF)
    if isHangulSyllable(before, after) { return false }  // GB6, GB7, GB8
    if Self.marks.contains(after) { return false }  // GB9, GB9a: × (Extend | ZWJ | SpacingMark)
    if before == .prepend { return false }  // GB9b: Prepend ×
    if isConjunct(index) { return false }  // AK1
    if isStack(index) { return false }  // AK2
    if isFinalLetter(index) { return false }  // AK3
    if isPictographicSequence(index) { return false }  // GB11
    if isFlag(index) { return false }  // GB12, GB13
    return true  // GB999: Any ÷ Any
  }

  private static let controls: Set<AksharaClass> = [.control, .carriageReturn, .lineFeed]
  private static let marks: Set<AksharaClass> = [
    .extend, .joiner, .nonJoiner, .spacingMark, .virama, .vowelSign, .finalMark,
  ]

  /// AK1: (Consonant | Vowel) (Extend | ZWJ | ZWNJ)* Virama (Extend | ZWJ | Virama)* × Consonant,
  /// consonants, vowel and viramas of one script.
  private func isConjunct(_ index: Int) -> Bool {
    guard symbols[index].kind == .consonant else { return false }
    let script = symbols[index].script
    let virama = AksharaSymbol(.virama, script)
    var place = index - 1
    var viramas = 0
    while place >= 0, symbols[place] == virama || [.extend, .joiner].contains(symbols[place].kind) {
      if symbols[place] == virama { viramas += 1 }
      place -= 1
    }
    guard viramas > 0 else { return false }
    while place >= 0, [.extend, .joiner, .nonJoiner].contains(symbols[place].kind) { place -= 1 }
    return place >= 0 && isBase(symbols[place], of: script)
  }

  /// AK2: Stacker × Consonant of the same script.
  private func isStack(_ index: Int) -> Bool {
    symbols[index].kind == .consonant
      && symbols[index - 1] == AksharaSymbol(.stacker, symbols[index].script)
  }

  /// AK3: (Consonant | Vowel) (any mark | FinalLetter)* × FinalLetter, letters of one script.
  private func isFinalLetter(_ index: Int) -> Bool {
    guard symbols[index].kind == .finalLetter else { return false }
    var place = index - 1
    while place >= 0, Self.marks.contains(symbols[place].kind) || symbols[place] == symbols[index] {
      place -= 1
    }
    return place >= 0 && isBase(symbols[place], of: symbols[index].script)
  }

  private func isBase(_ symbol: AksharaSymbol, of script: ConjunctScript) -> Bool {
    symbol == AksharaSymbol(.consonant, script) || symbol == AksharaSymbol(.vowel, script)
  }

  /// GB6: L × (L | V | LV | LVT); GB7: (LV | V) × (V | T); GB8: (LVT | T) × T.
  private func isHangulSyllable(_ before: AksharaClass, _ after: AksharaClass) -> Bool {
    switch before {
    case .hangulL: [.hangulL, .hangulV, .hangulLV, .hangulLVT].contains(after)
    case .hangulLV, .hangulV: [.hangulV, .hangulT].contains(after)
    case .hangulLVT, .hangulT: after == .hangulT
    default: false
    }
  }

  /// GB11: ExtPict Extend* ZWJ × ExtPict.
  private func isPictographicSequence(_ index: Int) -> Bool {
    guard symbols[index].kind == .pictographic, symbols[index - 1].kind == .joiner else {
      return false
    }
    var place = index - 2
    while place >= 0, [.extend, .nonJoiner].contains(symbols[place].kind) { place -= 1 }
    return place >= 0 && symbols[place].kind == .pictographic
  }

  /// GB12, GB13: an odd number of regional indicators × RI.
  private func isFlag(_ index: Int) -> Bool {
    guard symbols[index].kind == .regionalIndicator else { return false }
    let run = symbols[..<index].reversed().prefix { $0.kind == .regionalIndicator }
    return run.count % 2 == 1
  }
}
