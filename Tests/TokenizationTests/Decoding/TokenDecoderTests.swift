import Artifacts
import Testing

@testable import Tokenization

/// Decoders; what is expected is what `tokenizers` 0.23.3 gives.
@Suite struct TokenDecoderTests {
  private func decoded(_ decoder: String, _ tokens: [String]) throws -> String {
    let document: JSONValue = ["decoder": try JSONValue(parsing: Array(decoder.utf8))]
    let decoder = try TokenDecoder(
      TokenizerJSONSection(document, name: "", location: SourceLocation(file: "t.json")))
    var position = DecodingPosition()
    let bytes = tokens.flatMap { decoder.bytes(of: Array($0.utf8), at: &position) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private let llama = """
    {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
      {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    """

  @Test func byteLevelSpellsBytes() throws {
    #expect(try decoded(#"{"type": "ByteLevel"}"#, ["Ġa", "à²ķ", "Ċ"]) == " aಕ\n")
  }

  @Test func metaspaceTakesTheFirstTokensMarks() throws {
    func metaspace(_ scheme: String) -> String {
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "\#(scheme)", "split": true}"#
    }
    #expect(try decoded(metaspace("always"), ["▁a", "▁b▁", "c"]) == "a b c")
    #expect(try decoded(metaspace("never"), ["▁a", "▁b"]) == " a b")
    #expect(try decoded(metaspace("first"), ["▁▁a", "▁b"]) == "a b")
  }

  @Test func llamasTakesOneSpaceOffTheStart() throws {
    #expect(
      try decoded(llama, ["▁▁a", "<0xE0>", "<0xB2>", "<0x95>", "▁b"]) == " aಕ b")
  }

  @Test func aSuffixBecomesASpaceBetweenWords() throws {
    #expect(
      try decoded(#"{"type": "BPEDecoder", "suffix": "</w>"}"#, ["a", "b</w>", "c</w>"]) == "ab c")
  }

  @Test func stripTakesCharactersOffEachToken() throws {
    #expect(
      try decoded(
        #"{"type": "Strip", "content": "a", "start": 1, "stop": 1}"#, ["aba", "aaa", "b"]) == "bab")
  }

  @Test func withoutADecoderTokensStandApart() throws {
    #expect(try decoded("null", ["a", "b"]) == "a b")
  }

  @Test(arguments: [
    #"{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"#,
    #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},"#
      + #"{"type":"ByteFallback"},{"type":"Fuse"},"#
      + #"{"type":"Strip","content":" ","start":1,"stop":0}]}"#,
    #"{"type":"BPEDecoder","suffix":"</w>"}"#, "null",
  ])
  func isWrittenAsItWasRead(_ json: String) throws {
    let document: JSONValue = ["decoder": try JSONValue(parsing: Array(json.utf8))]
    let decoder = try TokenDecoder(
      TokenizerJSONSection(document, name: "", location: SourceLocation(file: "t.json")))
    #expect(String(decoding: decoder.json.compact, as: UTF8.self) == json)
  }
}
