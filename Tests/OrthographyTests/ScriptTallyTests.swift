import Testing

@testable import Orthography

@Suite struct ScriptTallyTests {
  private func language(_ texts: [String]) -> ScriptTally.Language {
    var tally = ScriptTally()
    for text in texts { Array(text.utf8).withUnsafeBufferPointer { tally.add($0) } }
    return tally.language
  }

  @Test(arguments: [
    (["ನಮಸ್ಕಾರ, all"], "kn"), (["నమస్కారం"], "te"), (["Good morning"], "en"),
    (["ಕನ್ನಡ and", "English words"], "en"), (["ಕಖಗ", "abc"], "mul"), (["నన", "ಕಕ", "ab"], "mul"),
  ])
  func scriptsTellTheLanguage(texts: [String], expected: String) {
    #expect(language(texts) == .tag(expected))
  }

  @Test func textsWithoutLettersHaveNone() {
    #expect(language([]) == .none)
    #expect(language(["", "12 ೧೨ ।॥ 😀"]) == .none)
  }

  @Test func otherScriptsAreLeftToTheProfile() {
    #expect(language(["नमस्ते दुनिया"]) == .other)
    #expect(language(["Привет", "мир"]) == .other)
  }

  /// `ScriptProfile` is the slow twin.
  @Test func generatedTextsGiveWhatProfilesGive() {
    var generator = SeededGenerator(seed: 17)
    let alphabet = Array(
      "abzAZ .,'1೧೨।ಕನ್ನಡೊಂఆంధ్రౌ\u{200D}\u{200C}\u{0C00}\u{0C7F}\u{0C80}\u{0CD5}\u{0CE6}\u{0CF1}éदя中😀𑀓"
        .unicodeScalars)
    for round in 0..<5000 {
      let texts = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
        let first = Int.random(in: 0..<alphabet.count, using: &generator)
        let last = Int.random(in: first..<alphabet.count, using: &generator)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...40, using: &generator) {
          if let scalar = alphabet[first...last].randomElement(using: &generator) {
            text.append(scalar)
          }
        }
        return String(text)
      }
      let profile = ScriptProfile(of: texts.joined())
      switch language(texts) {
      case .none: #expect(profile.language == nil, "round \(round): \(texts)")
      case .tag(let tag): #expect(profile.language == tag, "round \(round): \(texts)")
      case .other:
        #expect(profile.language?.hasPrefix("und-") ?? false || profile.language == "mul")
      }
    }
  }
}
