import Fixtures
import Foundation
import Testing

@testable import Orthography

@Suite struct NudiDecoderTests {
  private func decode(_ text: String, _ scope: NudiDecoder.Scope = .everything) -> String {
    NudiDecoder.decode(Array(text.unicodeScalars), scope).text
  }

  @Test(arguments: [
    ("PÀ£ÀßqÀ", "ಕನ್ನಡ"), ("¸ÀA¸ÀÌøw", "ಸಂಸ್ಕೃತಿ"), ("PÀªÀÄð", "ಕರ್ಮ"), ("«zÁåyð", "ವಿದ್ಯಾರ್ಥಿ"),
    ("gÁdPÀÄªÀiÁgï", "ರಾಜಕುಮಾರ್"), ("AiÀÄAvÀæ", "ಯಂತ್ರ"), ("ªÀÄAiÀÄÆgÀ", "ಮಯೂರ"), ("DåPÀë£ï", "ಆ್ಯಕ್ಷನ್"),
    ("¸Á¥sïÖªÉÃgï", "ಸಾಫ್ಟ್\u{200C}ವೇರ್"), ("12:30, 5%", "12:30, 5%"),
  ])
  func readsWords(glyphs: String, text: String) {
    #expect(Array(decode(glyphs).unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test func englishWordsStay() {
    #expect(decode("PÀ£ÀßqÀ Papers in English: ¨sÁµÉ", .glyphWords) == "ಕನ್ನಡ Papers in English: ಭಾಷೆ")
    #expect(decode("café naïve État Noël", .glyphWords) == "café naïve État Noël")
  }

  @Test func runsInTheFontAreGlyphsThroughout() {
    #expect(NudiText(decoding: "Vj, 5").text == "ಗಿರಿ, 5")
    #expect(NudiText(decoding: "\u{F050}\u{F0C0}").text == "ಕ")
    #expect(NudiText(decoding: "PÀÿ").unmapped == 1)
    #expect(NudiText(decoding: "").text == "")
  }

  @Test func whatHasNoPlaceIsNamedAndKept() {
    let result = NudiDecoder.decode(Array("PÀ ÿÀ".unicodeScalars), .everything)
    #expect(result.text == "ಕ ÿÀ")
    #expect(result.misplaced == [3, 4])
  }

  @Test func readsEverySequenceOfTheSource() throws {
    guard let path = RepositoryPaths.shared("data/nudi_legacy/NudiBarahaMapping.json") else {
      return
    }
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: path)))
    let mapping = try #require((json as? [String: Any])?["mapping"] as? [String: String])
    #expect(mapping.count == 714)
    // Repairs of single damaged words, lone pieces of letters, and a reading that is not in form C.
    let left: Set<String> = ["ªÀÄ¢æ", "ªÉ  ", "ºÀªÀÄåð", "¼ÉÃ", "¾õï", "¿õï", "Æ¾", "æ", "ç"]
    for (glyphs, text) in mapping.sorted(by: { $0.key < $1.key }) where !left.contains(glyphs) {
      let result = decode(glyphs)
      #expect(
        Array(result.unicodeScalars) == Array(text.unicodeScalars),
        "\(glyphs): \(result) not \(text)")
    }
  }

  @Test func readsTheCasesOfTheSource() throws {
    guard let path = RepositoryPaths.shared("data/nudi_legacy/TestCases.part.json") else { return }
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: path)))
    let cases = try #require(
      (json as? [String: Any])?["asciiToUnicode"] as? [[String: String]])
    for item in cases {
      let glyphs = try #require(item["ascii"])
      let text = try #require(item["unicode"])
      let result = decode(glyphs)
      #expect(
        Array(result.unicodeScalars) == Array(text.unicodeScalars),
        "\(glyphs): \(result) not \(text)")
    }
  }
}
