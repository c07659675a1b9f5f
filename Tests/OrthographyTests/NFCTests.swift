import Foundation
import Testing

@testable import Orthography

@Suite struct NFCTests {
  @Test func theTwoPartVowelIsComposedAndListed() {
    let result = NFC.normalized("ಅ\u{C95}\u{CC6}\u{CD5}x")
    #expect(Array(result.text.unicodeScalars) == ["ಅ", "\u{C95}", "\u{CC7}", "x"])
    #expect(
      result.edits.map {
        [$0.offset, $0.before.unicodeScalars.count, $0.after.unicodeScalars.count]
      }
        == [[6, 2, 1]])
    #expect(!NFC.isNormalized("\u{C95}\u{CC6}\u{CD5}"))
  }

  @Test(arguments: ["", "plain", "ಕನ್ನಡ", "ತೂಕ", "తెలుగు", "ಕ್\u{200C}ಷ", "é", "\u{1F600}"])
  func textInFormCStays(text: String) {
    #expect(NFC.isNormalized(text))
    #expect(NFC.normalized(text) == NFC.Result(text: text, edits: []))
  }

  @Test func agreesWithFoundationOnSeededTexts() {
    let alphabet: [Unicode.Scalar] = [
      "a", "e", "\u{301}", "\u{323}", "\u{C95}", "\u{CC6}", "\u{CD5}", "\u{CC2}", "\u{C4D}",
      "\u{C46}", "\u{C56}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{212B}", "\u{FB1D}", "\u{344}",
      "\u{200D}", "x", " ",
    ]
    var state: UInt64 = 7
    for _ in 0..<2000 {
      var view = String.UnicodeScalarView()
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        view.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      let text = String(view)
      let result = NFC.normalized(text)
      let expected = text.precomposedStringWithCanonicalMapping
      #expect(Array(result.text.utf8) == Array(expected.utf8), "\(Array(text.unicodeScalars))")
      var rebuilt = Array(text.utf8)
      for edit in result.edits.reversed() {
        rebuilt.replaceSubrange(
          edit.offset..<edit.offset + edit.before.utf8.count, with: Array(edit.after.utf8))
      }
      #expect(rebuilt == Array(result.text.utf8))
    }
  }
}
