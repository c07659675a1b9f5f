/// One rule, applied to a whole text.
protocol SpellingPass: Sendable {
  /// The rule.
  var rule: SpellingRule { get }

  /// The scalars without which a text needs no look at all; all lie below U+2030.
  var triggers: Set<UInt32> { get }

  /// The changes, in order; none overlap.
  func edits(of text: ScalarText) -> [PassEdit]
}

/// A pass that looks only at texts in which there may be something for it.
struct TriggeredPass: Sendable {
  private let pass: any SpellingPass
  private let isTrigger: [Bool]

  /// Above all triggers.
  private static let limit = 0x2030

  init(_ pass: any SpellingPass) {
    self.pass = pass
    isTrigger = pass.triggers.reduce(into: [Bool](repeating: false, count: Self.limit)) {
      $0[Int($1)] = true
    }
  }

  var rule: SpellingRule { pass.rule }

  func edits(of text: ScalarText) -> [PassEdit] {
    let mayChange = text.scalars.contains { $0 < Self.limit && isTrigger[Int($0)] }
    return mayChange ? pass.edits(of: text) : []
  }
}

/// Changes single scalars.
struct SubstitutionPass: SpellingPass {
  let rule: SpellingRule
  /// The scalars that it changes.
  let table: [UInt32: [UInt32]]
  /// Whether a scalar that carries a mark stays.
  var sparesCarriers = false

  var triggers: Set<UInt32> { Set(table.keys) }

  func edits(of text: ScalarText) -> [PassEdit] {
    text.scalars.indices.compactMap { index in
      guard let replacement = table[text.scalars[index]] else { return nil }
      if sparesCarriers, let next = text[index + 1],
        CharacterClassTable.shared[next].contains(.mark)
      {
        return nil
      }
      return text.edit(index..<index + 1, to: replacement)
    }
  }

  /// Kannada and Telugu digits as 0–9.
  static let digits = SubstitutionPass(
    rule: .digit,
    table: Dictionary(
      uniqueKeysWithValues: [0xC66, 0xCE6].flatMap { zero in
        (0..<10).map { (UInt32(zero + $0), [UInt32(0x30 + $0)]) }
      }))

  /// Dandas on the places that Unicode keeps free for scripts that wrote their own before.
  ///
  /// Source: The Unicode Standard 15.0, §12.1: "U+0964 and U+0965 … are intended for use in common
  /// by all the scripts"; the code charts of Telugu and Kannada reserve xx64 and xx65 for them.
  static let reservedDandas = SubstitutionPass(
    rule: .danda, table: [0xC64: [0x964], 0xC65: [0x965], 0xCE4: [0x964], 0xCE5: [0x965]])

  /// All dandas as full stops.
  static let dandasToFullStops = SubstitutionPass(
    rule: .danda,
    table: Dictionary(
      uniqueKeysWithValues: [0x964, 0x965, 0xC64, 0xC65, 0xCE4, 0xCE5].map { ($0, [0x2E]) }))

  /// No-break spaces as spaces; one that shows a lone mark stays (The Unicode Standard 15.0, §2.11).
  static let spaces = SubstitutionPass(
    rule: .space, table: [0xA0: [0x20], 0x2007: [0x20], 0x202F: [0x20]], sparesCarriers: true)

  /// Nuktas left out.
  static let withoutNukta = SubstitutionPass(rule: .nukta, table: [0xC3C: [], 0xCBC: []])
}
