import Artifacts
import Fixtures
import Testing

@testable import Tokenization

/// Reading and writing `tokenizer.json`; that `tokenizers` reads the same stands in the parity tests.
@Suite struct TokenizerJSONTests {
  private let folder = TemporaryFolder()

  private func write(_ document: JSONValue) throws -> String {
    let path = folder.file("tokenizer.json")
    try AtomicFile.write(document.compact, to: path)
    return path
  }

  private func sample() throws -> JSONValue {
    let tokenizer = try SampleTokenizer.make(
      merges: [("h", "e"), ("l", "l")], specials: ["<|end|>"])
    return try JSONValue(parsing: tokenizer.content.bytes)
  }

  /// The sample with the value at `path` replaced, or removed.
  private func sample(_ path: [String], _ value: JSONValue?) throws -> JSONValue {
    func replace(_ document: JSONValue, _ path: ArraySlice<String>) -> JSONValue? {
      guard let key = path.first else { return value }
      if let index = Int(key), var array = document.array {
        array[index] = replace(array[index], path.dropFirst()) ?? .null
        return .array(array)
      }
      var object = document.object ?? JSONObject()
      object[key] = replace(object[key] ?? .null, path.dropFirst())
      return .object(object)
    }
    return replace(try sample(), path[...]) ?? .null
  }

  private func error(_ path: [String], _ value: JSONValue?) throws -> String {
    let file = try write(sample(path, value))
    do {
      _ = try BPETokenizer(contentsOf: file)
      return "read without error"
    } catch let error as AksharaError {
      return error.description.replacing(folder.path + "/", with: "")
    }
  }

  @Test func whatIsWrittenReadsBack() throws {
    for pattern in SplitPattern.allCases {
      let tokenizer = try SampleTokenizer.trained(seed: 9, pattern: pattern)
      let path = folder.file("\(pattern.rawValue)/tokenizer.json")
      let digest = try tokenizer.write(tokenizerJSON: path)
      let again = try BPETokenizer(contentsOf: path)
      #expect(again.pretokenizer == Pretokenizer(pattern))
      #expect(again.addedTokens == tokenizer.addedTokens)
      #expect(tokenizer.digest == digest.description)
      #expect(again.digest == digest.description)
      var generator = SeededGenerator(seed: 10)
      for _ in 0..<100 {
        let text = SeededText.string(&generator)
        #expect(again.encode(text) == tokenizer.encode(text))
        #expect(
          again.encode(text, specials: .allow) == tokenizer.encode(text, specials: .allow))
      }
    }
  }

  @Test func aFileThatWasReadIsWrittenAsItWas() throws {
    let template: JSONValue = ["type": "TemplateProcessing", "single": [], "pair": []]
    let path = try write(sample(["post_processor"], template))
    let copy = folder.file("copy.json")
    let tokenizer = try BPETokenizer(contentsOf: path)
    let digest = try tokenizer.write(tokenizerJSON: copy)
    #expect(try TextFile(path).bytes == TextFile(copy).bytes)
    #expect(tokenizer.digest == digest.description)
  }

  @Test func readsMergesInBothSpellings() throws {
    let path = try write(sample(["model", "merges"], ["h e", "l l"]))
    #expect(try BPETokenizer(contentsOf: path).encode("hell").ids == [256, 257])
  }

  @Test func ordinaryAddedTokensAreFoundInAllText() throws {
    let tokens: JSONValue = [
      [
        "id": 258, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ],
      [
        "id": 259, "content": "lo", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": true, "special": false,
      ],
    ]
    let path = try write(sample(["added_tokens"], tokens))
    let tokenizer = try BPETokenizer(contentsOf: path)
    #expect(tokenizer.encode("hello").ids == [256, 0x6C, 259])
    #expect(tokenizer.encode("lo<|end|>lo", specials: .allow).ids == [259, 258, 259])
    #expect(tokenizer.specialToken("lo") == nil)
  }

  @Test func refusesUnknownPartsByName() throws {
    let remedy = "; Akshara reads only "
    #expect(
      try error(["normalizer"], ["type": "NFC"])
        == #"tokenizer.json: `normalizer` is {"type":"NFC"}\#(remedy)null"#)
    #expect(
      try error(["extra"], 1)
        == "tokenizer.json: `extra` is unknown to Akshara; remove it if it changes nothing")
    #expect(
      try error(["pre_tokenizer", "pretokenizers", "0", "behavior"], "Removed")
        == "tokenizer.json: `pre_tokenizer.pretokenizers[0].behavior` is \"Removed\"\(remedy)"
        + "\"Isolated\"")
    #expect(
      try error(["pre_tokenizer", "pretokenizers", "0", "pattern"], ["Regex": #"\w+"#])
        == #"tokenizer.json: `pre_tokenizer.pretokenizers[0].pattern` is {"Regex":"\\w+"}; Akshara knows "#
        + "the patterns of gpt2, cl100k, llama3, qwen2, qwen3_5, o200k, tekken, deepseek3, indic")
    #expect(
      try error(["pre_tokenizer"], ["type": "Metaspace"])
        == "tokenizer.json: `pre_tokenizer.type` is \"Metaspace\"\(remedy)\"ByteLevel\"")
    #expect(
      try error(["decoder", "type"], "Metaspace")
        == "tokenizer.json: `decoder.type` is \"Metaspace\"\(remedy)\"ByteLevel\"")
    #expect(
      try error(["post_processor"], ["type": "BertProcessing"])
        == "tokenizer.json: `post_processor.type` is \"BertProcessing\"\(remedy)\"ByteLevel\" or "
        + "\"TemplateProcessing\"")
    #expect(
      try error(["model", "type"], "Unigram")
        == "tokenizer.json: `model.type` is \"Unigram\"\(remedy)\"BPE\"")
    #expect(
      try error(["model", "dropout"], 0.1)
        == "tokenizer.json: `model.dropout` is 0.1\(remedy)null or 0.0 or 0")
    #expect(
      try error(["added_tokens", "0", "lstrip"], true)
        == "tokenizer.json: `added_tokens[0].lstrip` is true\(remedy)false")
  }

  @Test func refusesBrokenVocabularies() throws {
    #expect(
      try error(["model", "vocab", "he"], 257)
        == "tokenizer.json: `model.vocab` gives the ID 257 to two tokens")
    #expect(
      try error(["model", "vocab", "he"], 1_099_511_627_776).hasPrefix(
        "tokenizer.json: `model.vocab` gives `he` the ID 1099511627776; IDs are whole numbers"))
    #expect(
      try error(["model", "vocab", "a b"], 259)
        == "tokenizer.json: `model.vocab` has `a b`, which does not spell bytes")
    #expect(
      try error(["model", "vocab", "a"], nil)
        == "tokenizer.json: `model.vocab` makes 257 the ID of the added token `<|end|>`, but "
        + "`added_tokens` says 258")
    #expect(
      try error(["model", "merges", "1"], ["l"])
        == "tokenizer.json: `model.merges[1]` is not a pair of tokens")
    #expect(
      try error(["model", "merges", "1"], ["l", "lx"])
        == #"tokenizer.json: `model.merges[1]` is ["l","lx"], but the two and what they make are not all "#
        + "ordinary tokens of `vocab`")
    #expect(
      try error(["added_tokens", "0", "id"], 9_999)
        == "tokenizer.json: `model.vocab` makes 258 the ID of the added token `<|end|>`, but "
        + "`added_tokens` says 9999")
  }

  @Test func refusesAVocabularyWithoutAByte() throws {
    var vocabulary = try sample()["model"]?["vocab"]?.object ?? JSONObject()
    vocabulary["a"] = nil
    vocabulary["xy"] = 0x61
    #expect(
      try error(["model", "vocab"], .object(vocabulary))
        == "tokenizer.json: the vocabulary has no token for the byte 0x61; use a vocabulary with all "
        + "256 bytes")
  }

  @Test func aMergeCannotMakeASpecialToken() throws {
    let tokens: JSONValue = [
      [
        "id": 256, "content": "he", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ]
    ]
    #expect(
      try error(["added_tokens"], tokens)
        == #"tokenizer.json: `model.merges[0]` is ["h","e"], but the two and what they make are not all "#
        + "ordinary tokens of `vocab`")
  }

  @Test func specialTokensInTheVocabularyAreNotReachedByText() throws {
    let specials = ["<|a|>", "pad"]
    let tokenizer = try SampleTokenizer.trained(seed: 11, specials: specials)
    let path = folder.file("specials.json")
    try tokenizer.write(tokenizerJSON: path)
    let again = try BPETokenizer(contentsOf: path)
    #expect(!again.encode("pad<|a|>").ids.contains(where: again.isSpecial))
    #expect(again.encode("pad<|a|>", specials: .allow).ids == [1, 0])
  }

  @Test func namesWhatIsWrongWithTheFile() throws {
    #expect(throws: AksharaError.self) { try BPETokenizer(contentsOf: "/nowhere/tokenizer.json") }
    let path = folder.file("half.json")
    try AtomicFile.write(Array(#"{"version": "1.0", "#.utf8), to: path)
    #expect(throws: AksharaError.self) { try BPETokenizer(contentsOf: path) }
    let good = try write(sample())
    #expect(
      throws: AksharaError(
        .invalidOption, "the file has its own special tokens, and says itself how text is split",
        at: SourceLocation(file: good), remedy: "leave out the pattern and the special tokens")
    ) { try BPETokenizer(contentsOf: good, pattern: .gpt2) }
  }
}
