import Artifacts
import Testing

@testable import Tokenization

/// Reading and writing `pre_tokenizer`. Pieces are what `tokenizers` 0.23.3 gives.
@Suite struct PretokenizationJSONTests {
  private let location = SourceLocation(file: "tokenizer.json")

  private func read(_ json: String) throws -> Pretokenization {
    let document: JSONValue = ["pre_tokenizer": try JSONValue(parsing: Array(json.utf8))]
    return try Pretokenization(TokenizerJSONSection(document, name: "", location: location))
  }

  private func pieces(_ pretokenization: Pretokenization, of text: String) -> [String] {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      pretokenization.pieces(of: AlignedText(bytes, 0..<bytes.count), spelled: false).map {
        String(decoding: $0.bytes, as: UTF8.self)
      }
    }
  }

  private static let text = "ab  12.b,3 ಕ್ಷ!"

  private static let rules: [(json: String, pieces: [String])] = [
    (#"{"type":"Digits","individual_digits":true}"#, ["ab  ", "1", "2", ".b,", "3", " ಕ್ಷ!"]),
    (#"{"type":"Digits","individual_digits":false}"#, ["ab  ", "12", ".b,", "3", " ಕ್ಷ!"]),
    (#"{"type":"Punctuation","behavior":"MergedWithPrevious"}"#, ["ab  12.", "b,", "3 ಕ್ಷ!"]),
    (#"{"type":"Whitespace"}"#, ["ab", "12", ".", "b", ",", "3", "ಕ್ಷ", "!"]),
    (#"{"type":"WhitespaceSplit"}"#, ["ab", "12.b,3", "ಕ್ಷ!"]),
    (
      #"{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Removed","invert":true}"#,
      ["ab", "b", "ಕ", "ಷ"]
    ),
    (
      #"{"type":"Split","pattern":{"String":"b"},"behavior":"MergedWithNext","invert":false}"#,
      ["a", "b  12.", "b,3 ಕ್ಷ!"]
    ),
    (
      #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\d+"},"#
        + #""behavior":"Isolated","invert":false},{"type":"Split","pattern":{"String":" "},"#
        + #""behavior":"Contiguous","invert":false},{"type":"Punctuation","behavior":"Isolated"}]}"#,
      ["ab", "  ", "12", ".", "b", ",", "3", " ", "ಕ್ಷ", "!"]
    ),
  ]

  @Test(arguments: rules.indices)
  func cutsAndIsWrittenAsItWasRead(_ index: Int) throws {
    let (json, expected) = Self.rules[index]
    let pretokenization = try read(json)
    #expect(pieces(pretokenization, of: Self.text) == expected)
    #expect(String(decoding: pretokenization.json.compact, as: UTF8.self) == json)
  }

  /// Llama 4, DeepSeek V3, Qwen 3.5 and Mistral as `tokenizers` writes them.
  @Test(arguments: [SplitPattern.o200k, .deepseek3, .qwen35, .tekken])
  func namedPatternsAreRecognizedWhereTheyStand(_ pattern: SplitPattern) throws {
    let splits = pattern.regexes.map {
      PretokenRule.split(.regex($0), .isolated, inverted: false).json
    }
    let byteLevel = PretokenRule.byteLevel(usesRegex: false, addsPrefixSpace: false).json
    let document: JSONValue = ["type": "Sequence", "pretokenizers": .array(splits + [byteLevel])]
    let pretokenization = try read(String(decoding: document.compact, as: UTF8.self))
    #expect(pretokenization.pretokenizer?.pattern == pattern)
    #expect(pretokenization.isByteLevel)
    #expect(pretokenization.json == document)
  }

  @Test func refusesWhatItDoesNotCutByName() {
    func problem(_ json: String) -> String {
      do {
        _ = try read(json)
        return "read without error"
      } catch { return "\(error)" }
    }
    #expect(
      problem(#"{"type":"FixedLength","length":3}"#).hasPrefix(
        "tokenizer.json: `pre_tokenizer.type` is \"FixedLength\""))
    #expect(
      problem(
        #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\X"},"#
          + #""behavior":"Isolated","invert":false}]}"#
      ).contains("\\X"))
    #expect(
      problem(#"{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"ByteLevel"}]}"#)
        .contains("`pre_tokenizer.pretokenizers[1].type` is \"ByteLevel\" a second time"))
  }
}
