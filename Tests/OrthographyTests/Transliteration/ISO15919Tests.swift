import Fixtures
import Testing

@testable import Orthography

@Suite struct ISO15919Tests {
  private let kannada = ISO15919(.kannada)
  private let telugu = ISO15919(.telugu)

  /// Native text and what the standard writes; both ways.
  private static let kannadaCases = [
    ("ಕನ್ನಡ", "kannaḍa"), ("ನಮಸ್ಕಾರ", "namaskāra"), ("ಶ್ರೀಕೃಷ್ಣ", "śrīkr\u{325}ṣṇa"),
    ("ಬೆಂಗಳೂರು", "beṁgaḷūru"), ("ದುಃಖ", "duḥkha"), ("ಐದು, ಔಷಧ", "aidu, auṣadha"),
    ("ಕ್ಹ ಖ", "k:ha kha"), ("ಅಇ ಐ", "a:i ai"), ("ಕ್ಅ", "k:a"), ("ಹೆಸರು: ರಾಮ:", "hesaru: rāma:"),
    ("ಕ:ಇ", "ka::i"), ("ರಾಜ್\u{200C}ಕುಮಾರ್", "rāj\u{200C}kumār"), ("ಲ್ಹಾ", "lhā"),
    ("ೠ ಌ ಱ ೞ", "r\u{325}\u{304} l\u{325} ṟa ḻa"), ("", ""), ("42 😀", "42 😀"),
  ]
  private static let teluguCases = [
    ("తెలుగు", "telugu"), ("రాష్ట్రం", "rāṣṭraṁ"), ("ఆంధ్రప్రదేశ్", "āṁdhrapradēś"),
    ("ఱంపము ౘ ౙ", "ṟaṁpamu ĉa ẑa"),
  ]

  @Test func lettersAreThoseOfTheStandard() {
    for (native, roman) in Self.kannadaCases {
      #expect(Array(kannada.roman(native).unicodeScalars) == Array(roman.unicodeScalars))
      #expect(Array(kannada.native(roman).unicodeScalars) == Array(native.unicodeScalars))
    }
    for (native, roman) in Self.teluguCases {
      #expect(Array(telugu.roman(native).unicodeScalars) == Array(roman.unicodeScalars))
      #expect(Array(telugu.native(roman).unicodeScalars) == Array(native.unicodeScalars))
    }
  }

  @Test func whatIsNoISOStays() {
    #expect(kannada.native("Kannaḍa, queue; naïve") == "ಕನ್ನಡ, queue; naïve")
    #expect(kannada.roman("OK ತೆಲುಗು తెలుగు") == "OK telugu తెలుగు")
    #expect(kannada.roman("೧೨") == "12")
  }

  @Test func anyTextOfTheScriptComesBack() {
    var generator = SeededGenerator(seed: 15919)
    let letters = Array("ಕಹಜರಅಇಉಋಾೀೆ್ಂಃ಼ಽೱ:: \u{200C}\u{200D}।".unicodeScalars)
    for _ in 0..<20_000 {
      let text = String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0..<9, using: &generator)).map { _ in
            letters[Int.random(in: letters.indices, using: &generator)]
          }))
      let back = kannada.native(kannada.roman(text))
      #expect(Array(back.unicodeScalars) == Array(text.unicodeScalars), "\(kannada.roman(text))")
    }
  }

  @Test func theWordsOfALexiconComeBack() throws {
    for (scheme, code) in [(kannada, "kn"), (telugu, "te")] {
      let path = "data/dakshina_\(code)/\(code).romanized.rejoined.dev.native.txt.gz"
      guard let file = RepositoryPaths.shared(path) else { continue }
      for line in try GunzippedFile.text(file).split(separator: "\n") {
        let hasLatin = line.unicodeScalars.contains { Script(of: $0) == .latin }
        let hasDigits = line.unicodeScalars.contains {
          $0.value > 0x7F && $0.properties.numericType != nil
        }
        if hasLatin || hasDigits { continue }
        let back = scheme.native(scheme.roman(String(line)))
        #expect(Array(back.unicodeScalars) == Array(line.unicodeScalars), "\(line)")
      }
    }
  }
}
