import Testing

@testable import Orthography

@Suite struct ScriptTests {
  @Test(arguments: [
    ("ಕ", "Knda"), ("ಾ", "Knda"), ("್", "Knda"), ("\u{CBC}", "Knda"), ("క", "Telu"), ("అ", "Telu"),
    ("a", "Latn"), ("क", "Deva"), ("।", "Zyyy"), ("॥", "Zyyy"), ("\u{200C}", "Zinh"),
    ("\u{200D}", "Zinh"), ("1", "Zyyy"), ("೧", "Knda"), (" ", "Zyyy"), ("த", "Taml"),
  ])
  func ofAScalar(text: String, code: String) throws {
    let scalar = try #require(text.unicodeScalars.first)
    #expect(Script(of: scalar).code == code)
  }

  @Test func dandasAreSharedByScripts() {
    #expect(Script.kannada.uses("।"))
    #expect(Script.telugu.uses("॥"))
    #expect(!Script.latin.uses("।"))
    #expect(Script.common.isShared && Script.inherited.isShared && !Script.kannada.isShared)
  }

  @Test func codesAreThoseOfUnicode() {
    #expect(Script(code: "Knda") == .kannada)
    #expect(Script(code: "Telu") == .telugu)
    #expect(Script(code: "Latn") == .latin)
    #expect(Script(code: "Deva") == .devanagari)
    for code in ["Kannada", "knda", "Xxxx", "", "Kn"] { #expect(Script(code: code) == nil) }
  }

  @Test func aProfileCountsLettersAndMarks() {
    let profile = ScriptProfile(of: "ಅಕ್ಷರ। 42 abc, క్\u{200C}ష!")
    #expect(profile.count(of: .kannada) == 5)
    #expect(profile.count(of: .latin) == 3)
    #expect(profile.count(of: .telugu) == 3)
    #expect(profile.shares.map(\.script) == [.kannada, .latin, .telugu])
    #expect(profile.total == 11)
    #expect(profile.dominantScript == .kannada)
    #expect(ScriptProfile(of: "1, 2।").dominantScript == nil)
    #expect(ScriptProfile(of: "").fraction(of: .kannada) == 0)
  }

  @Test(
    arguments: [
      ("ನಮಸ್ಕಾರ", "kn"), ("నమస్కారం", "te"), ("hello", "en"), ("namaskara", "en"),
      ("ಇಂದು meeting ಇದೆ ಬನ್ನಿ", "kn"), ("ಬನ್ನಿ ಇಲ್ಲಿ come now", "mul"), ("नमस्ते", "und-Deva"), ("42।", nil),
    ] as [(String, String?)])
  func theScriptTellsTheLanguage(text: String, language: String?) {
    #expect(ScriptProfile(of: text).language == language)
  }
}
