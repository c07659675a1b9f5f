/// Leaves out ZWJ and ZWNJ that cannot change how a text is written.
///
/// Joiners ask for or forbid a conjunct, a ligature or a joining form; where none of these can be,
/// "they have no effect" (The Unicode Standard 15.0, §23.2). In Kannada and Telugu that is
/// everywhere but next to a virama and before a mark. Kept are
/// - after a virama: ZWJ always; ZWNJ before a letter (ಸಾಫ್ಟ್‌ವೇರ್), not before a space, punctuation or the end,
///   where the virama shows anyway;
/// - before a mark: ರ + ZWJ + ್ + ಕ, the ra that stays whole (§12.8);
/// - next to letters of all other scripts (they may join cursively or form ligatures), and to
///   pictographs.
struct JoinerPass: SpellingPass {
  let rule = SpellingRule.joiner

  private static let nonJoiner: UInt32 = 0x200C
  private static let joiner: UInt32 = 0x200D

  var triggers: Set<UInt32> { [Self.nonJoiner, Self.joiner] }

  func edits(of text: ScalarText) -> [PassEdit] {
    text.scalars.indices.compactMap { index in
      guard Self.isJoiner(text.scalars[index]), !hasEffect(at: index, in: text) else { return nil }
      return text.edit(index..<index + 1, to: [])
    }
  }

  private static func isJoiner(_ scalar: UInt32) -> Bool { scalar == nonJoiner || scalar == joiner }

  /// What stands next to a joiner.
  private enum Neighbour {
    /// Nothing, a space, punctuation, a digit, a control.
    case none
    /// A Kannada or Telugu letter.
    case letter
    /// A Kannada or Telugu mark other than a virama.
    case mark
    /// A Kannada or Telugu virama.
    case virama
    /// A letter or mark of any other script, or a symbol.
    case foreign
  }

  private func hasEffect(at index: Int, in text: ScalarText) -> Bool {
    let before = text[index - 1]
    if before == text.scalars[index] { return false }  // the second of two is idle
    if let before, Self.isJoiner(before) { return true }
    let after = text.scalars[(index + 1)...].first { !Self.isJoiner($0) }
    switch (neighbour(before), neighbour(after)) {
    case (.none, .none): return false
    case (.foreign, _), (_, .foreign): return true
    case (_, .mark), (_, .virama): return true
    case (.virama, .letter): return true
    case (.virama, .none): return text.scalars[index] == Self.joiner
    case (.none, .letter), (.letter, _), (.mark, _): return false
    }
  }

  private func neighbour(_ scalar: UInt32?) -> Neighbour {
    guard let scalar else { return .none }
    let kind = CharacterClassTable.shared[scalar]
    let symbol = AksharaClassTable.shared[scalar]
    if kind.isDisjoint(with: [.letter, .mark]) {
      return symbol.kind == .other || symbol.kind == .control ? .none : .foreign
    }
    guard (0xC00...0xCFF).contains(scalar) else { return .foreign }
    if symbol.kind == .virama { return .virama }
    return kind.contains(.mark) ? .mark : .letter
  }
}
