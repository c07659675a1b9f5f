import Testing

@testable import Tokenization

@Suite struct StreamDecoderTests {
  @Test func waitsForTheRestOfACharacter() throws {
    var decoder = StreamDecoder(try SampleTokenizer.make())
    let parts = Array("aಕ!".utf8).map { decoder.decode(TokenID($0)) }
    #expect(parts == ["a", "", "", "ಕ", "!"])
    #expect(decoder.finish() == "")
  }

  @Test func showsBrokenBytesOnceTheyAreKnownToBe() throws {
    var decoder = StreamDecoder(try SampleTokenizer.make())
    #expect(decoder.decode(0xFF) == "\u{FFFD}")
    #expect(decoder.decode(0xE0) == "")
    #expect(decoder.decode(0x61) == "\u{FFFD}a")
    #expect(decoder.decode(0xF0) == "")
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(decoder.finish() == "")
  }

  @Test func joinedItIsTheWholeDecoding() throws {
    let tokenizer = try SampleTokenizer.trained(seed: 13)
    var generator = SeededGenerator(seed: 14)
    for _ in 0..<300 {
      let bytes = SeededText.damagedBytes(&generator)
      let ids = tokenizer.encode(bytes).ids
      var decoder = StreamDecoder(tokenizer)
      let streamed = ids.map { decoder.decode($0) }.joined() + decoder.finish()
      #expect(
        Array(streamed.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
    }
  }
}
