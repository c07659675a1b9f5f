import Testing

@testable import Tokenization

@Suite struct ByteAlphabetTests {
  @Test func spellsAsGPT2Does() {
    #expect(ByteAlphabet.text(spelling: " a\n".utf8) == "ĠaĊ")
    #expect(ByteAlphabet.text(spelling: [0xE0, 0xB2, 0x95, 0xAD, 0x7F]) == "à²ķŃġ")
  }

  @Test func everyByteReadsBack() {
    let all = Array(UInt8.min...UInt8.max)
    #expect(ByteAlphabet.bytes(spelledBy: ByteAlphabet.text(spelling: all)) == all)
    #expect(Set(ByteAlphabet.scalars).count == 256)
  }

  @Test func otherCharactersSpellNothing() {
    for text in [" ", "\n", "ಕ", "a b", "\u{144}"] {
      #expect(ByteAlphabet.bytes(spelledBy: text) == nil)
    }
  }

  @Test func canonicallyEqualTextsStayDifferent() {
    // Swift's String says that these two are equal.
    #expect(ByteAlphabet.bytes(spelledBy: "é") == [0xE9])
    #expect(ByteAlphabet.bytes(spelledBy: "e\u{301}") == nil)
  }
}
