import Testing

@testable import Orthography

@Suite struct SpellingNormalizerTests {
  private func scalars(_ text: String) -> [String] {
    text.unicodeScalars.map { String($0.value, radix: 16) }
  }

  /// What stands before, what shall come out, and the rules that say so.
  @Test(
    arguments: [
      // Two-part vowels, canonical and not.
      ("ಕ\u{CC6}\u{CD5}", "ಕ\u{CC7}", [.formC]), ("ಕ\u{CC6}\u{CC2}\u{CD5}", "ಕ\u{CCB}", [.formC]),
      ("ಕ\u{CBF}\u{CD5}", "ಕ\u{CC0}", [.formC]), ("క\u{C46}\u{C56}", "క\u{C48}", [.formC]),
      ("ಒ\u{CCC}ಷಧ", "ಔಷಧ", [.vowelSequence]), ("ಉ\u{CBE}ಟ", "ಊಟ", [.vowelSequence]),
      ("ఒ\u{C55}", "ఓ", [.vowelSequence]), ("క\u{C46}\u{C55}", "క\u{C47}", [.vowelSequence]),
      // Nukta.
      ("ಜ\u{CBE}\u{CBC}", "ಜ\u{CBC}\u{CBE}", [.nuktaOrder]),
      ("ಜ\u{CCD}\u{CBC}", "ಜ\u{CBC}\u{CCD}", [.nuktaOrder]), ("ಜ\u{CBC}ರಿ", "ಜ\u{CBC}ರಿ", []),
      ("ಾ\u{CBC}", "ಾ\u{CBC}", []), ("జ\u{CBC}", "జ\u{CBC}", []),
      // Joiners that change what is seen stay ...
      ("ರಾಜ್\u{200C}ಕುಮಾರ್", "ರಾಜ್\u{200C}ಕುಮಾರ್", []), ("ರ\u{200D}್ಕ", "ರ\u{200D}್ಕ", []),
      ("ರ್\u{200D}ಕ", "ರ್\u{200D}ಕ", []), ("క్\u{200C}ష", "క్\u{200C}ష", []),
      ("ಕ್\u{200D}", "ಕ್\u{200D}", []),
      ("می\u{200C}خواهم", "می\u{200C}خواهم", []), ("ه\u{200D} ", "ه\u{200D} ", []),
      ("👩\u{200D}👧", "👩\u{200D}👧", []), ("shelf\u{200C}ful", "shelf\u{200C}ful", []),
      ("Facebook\u{200C}ನಲ್ಲಿ", "Facebook\u{200C}ನಲ್ಲಿ", []), ("क्\u{200D}ष", "क्\u{200D}ष", []),
      // ... and idle ones go.
      ("ಬಸ್\u{200C} ಬಂತು", "ಬಸ್ ಬಂತು", [.joiner]), ("ಬಸ್\u{200C}.", "ಬಸ್.", [.joiner]),
      ("ಬಸ್\u{200C}", "ಬಸ್", [.joiner]), ("ರಾಜ್\u{200C}\u{200C}ಕು", "ರಾಜ್\u{200C}ಕು", [.joiner]),
      ("ಕಾ\u{200C}ಲ", "ಕಾಲ", [.joiner]), ("\u{200D}ಕ", "ಕ", [.joiner]),
      ("ಕ \u{200C} ಲ", "ಕ  ಲ", [.joiner]),
      // Dandas and spaces.
      ("ಎಂದರು\u{CE4}", "ಎಂದರು।", [.danda]), ("అని\u{C65}", "అని॥", [.danda]), ("ಬಂದ।", "ಬಂದ।", []),
      ("ಒಂದು\u{A0}ಎರಡು", "ಒಂದು ಎರಡು", [.space]), ("\u{A0}\u{CBE}", "\u{A0}\u{CBE}", []),
      // What no rule names stays: digits, visarga, and above all colons.
      ("೧೨೩", "೧೨೩", []), ("ದುಃಖ", "ದುಃಖ", []), ("ರಾಮು: ನಮಸ್ಕಾರ", "ರಾಮು: ನಮಸ್ಕಾರ", []),
      ("ರಾಮು:ನಮಸ್ಕಾರ", "ರಾಮು:ನಮಸ್ಕಾರ", []), ("సీత: రా", "సీత: రా", []), ("ದು:ಖ", "ದು:ಖ", []),
      // Several rules at one place: the joiner goes, and form C joins what it kept apart.
      ("ಕ\u{CC6}\u{200D}\u{200D}\u{CD5}", "ಕ\u{CC6}\u{200D}\u{CD5}", [.joiner]),
      ("ಜ\u{CC6}\u{CD5}\u{CBC}", "ಜ\u{CBC}\u{CC7}", [.formC, .nuktaOrder]),
    ] as [(String, String, [SpellingRule])])
  func standardPolicy(before: String, after: String, rules: [SpellingRule]) {
    let result = SpellingNormalizer(policy: .standard).normalized(before)
    #expect(scalars(result.text) == scalars(after))
    #expect(Set(result.edits.flatMap(\.rules)) == Set(rules))
  }

  @Test(
    arguments: [
      (SpellingPolicy(digits: .ascii), "೧೨೩ ౪౫ ६", "123 45 ६"),
      (SpellingPolicy(dandas: .fullStop), "ಬಂದ। ಹೋದ॥", "ಬಂದ. ಹೋದ."),
      (SpellingPolicy(nukta: .drop), "ಫ\u{CBC}ೋನ್", "ಫೋನ್"),
      (SpellingPolicy.none, "ಕ\u{CC6}\u{CD5}\u{A0}", "ಕ\u{CC6}\u{CD5}\u{A0}"),
      (SpellingPolicy.formC, "ಕ\u{CC6}\u{CD5}\u{A0}೧", "ಕ\u{CC7}\u{A0}೧"),
    ])
  func otherPolicies(policy: SpellingPolicy, before: String, after: String) {
    #expect(
      scalars(SpellingNormalizer(policy: policy).normalized(before).text) == scalars(after))
  }

  @Test func everyEditIsListedWithItsPlace() {
    let result = SpellingNormalizer(policy: .standard).normalized("ಕ\u{CC6}\u{CD5}ರಳ\u{A0}x")
    #expect(
      result.edits == [
        TextEdit(range: 3..<9, before: "\u{CC6}\u{CD5}", after: "\u{CC7}", rules: [.formC]),
        TextEdit(range: 15..<17, before: "\u{A0}", after: " ", rules: [.space]),
      ])
  }

  @Test func formCIsThatOfNFC() {
    for text in ["ಕ\u{CC6}\u{CD5}ರಳ e\u{301}", "ಕನ್ನಡ", "", "plain", "\u{212B}"] {
      let result = SpellingNormalizer(policy: .formC).normalized(text)
      let expected = NFC.normalized(text)
      #expect(scalars(result.text) == scalars(expected.text))
      #expect(
        result.edits.map { [$0.range.lowerBound, $0.range.count] }
          == expected.edits.map { [$0.offset, $0.before.utf8.count] })
    }
  }

  @Test func seededTextsAreStableAndComeBack() {
    let alphabet: [UnicodeScalar] = [
      "ಕ", "ಜ", "ರ", "ಒ", "ಉ", "ఒ", "\u{CBE}", "\u{CC6}", "\u{CC2}", "\u{CD5}", "\u{CCC}",
      "\u{CBC}",
      "\u{CCD}", "క", "\u{C46}", "\u{C55}", "\u{C56}", "\u{C3C}", "\u{200C}", "\u{200D}",
      "\u{200C}",
      " ", "\u{A0}", "\u{CE4}", "।", "೧", "a", "e", "\u{301}", "\u{344}", ":", "ب", "👩", "\u{93C}",
    ]
    let normalizers = [
      SpellingPolicy.standard, SpellingPolicy.formC,
      SpellingPolicy(
        vowels: .compose, joiners: .dropWithoutEffect, nukta: .drop, digits: .ascii,
        dandas: .fullStop, spaces: .fold),
      SpellingPolicy(form: .keep, joiners: .dropWithoutEffect, nukta: .order),
    ].map(SpellingNormalizer.init)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<1000 {
      var view = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...10, using: &random) {
        view.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
      }
      let text = String(view)
      for normalizer in normalizers {
        let result = normalizer.normalized(text)
        #expect(scalars(result.original) == scalars(text))
        #expect(normalizer.normalized(result.text).edits == [], "\(scalars(text))")
        #expect(applying(result.edits, to: text) == Array(result.text.utf8), "\(scalars(text))")
        #expect(result.text.utf8.count { $0 == 0x3A } == text.utf8.count { $0 == 0x3A })
      }
    }
  }

  private func applying(_ edits: [TextEdit], to text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for edit in edits.reversed() {
      #expect(bytes[edit.range].elementsEqual(edit.before.utf8))
      bytes.replaceSubrange(edit.range, with: Array(edit.after.utf8))
    }
    return bytes
  }
}
