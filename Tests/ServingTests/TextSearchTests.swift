import Testing

@testable import Serving

@Suite struct TextSearchTests {
  private func isFound(_ piece: String, in text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { TextSearch(piece).isFound(in: $0) }
  }

  @Test func piecesAreFoundWhereverTheyStand() {
    #expect(isFound("one", in: "one two"))
    #expect(isFound("two", in: "one two"))
    #expect(isFound("e t", in: "one two"))
    #expect(!isFound("one two three", in: "one two"))
    #expect(!isFound("x", in: ""))
    #expect(isFound("ಕೃ", in: "ಶ್ರೀಕೃಷ್ಣ"))
  }

  @Test func smallLettersFindCapitalsButNotTheOtherWayRound() {
    #expect(isFound("kannada", in: "In KANNADA."))
    #expect(isFound("KANNADA", in: "In KANNADA."))
    #expect(!isFound("Kannada", in: "In KANNADA."))
    // Bytes beyond ASCII are never folded: Á is not á.
    #expect(!isFound("á", in: "Á"))
  }

  /// ಕೇ is written as U+0C95 U+0CC7, or as U+0C95 U+0CC6 U+0CD5, which form C joins.
  @Test func bothSpellingsOfALetterAreFound() {
    let (composed, decomposed) = ("ಕ\u{CC7}", "ಕ\u{CC6}\u{CD5}")
    for text in [composed, decomposed] {
      #expect(isFound(composed, in: "ಅ" + text + "ರ"))
      #expect(isFound(decomposed, in: "ಅ" + text + "ರ"))
    }
    #expect(isFound("ತೊ", in: "ತ\u{CC6}\u{CC2}"))
  }

  /// The fast search against the plain one, over small alphabets in which much repeats.
  @Test func theSearchIsThePlainOne() {
    var generator = SeededNumbers(state: 11)
    let letters: [Character] = ["a", "b", "ಕ", "್", " "]
    for _ in 0..<2000 {
      func text(_ count: Int) -> String {
        String((0..<count).map { _ in letters[Int(generator.next() % 5)] })
      }
      let (piece, whole) = (text(1 + Int(generator.next() % 4)), text(Int(generator.next() % 30)))
      let bytes = (Array(piece.utf8), Array(whole.utf8))
      let expected =
        bytes.1.count >= bytes.0.count
        && (0...(bytes.1.count - bytes.0.count)).contains {
          bytes.1[$0..<$0 + bytes.0.count].elementsEqual(bytes.0)
        }
      #expect(isFound(piece, in: whole) == expected, "`\(piece)` in `\(whole)`")
    }
  }
}

/// SplitMix64.
private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
