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

  /// A vowel sign behind the space of a merge makes no character of the two.
  @Test func mergesMayBeginWithACombiningCharacter() throws {
    let path = try write([
      "added_tokens": [], "normalizer": .null,
      "pre_tokenizer": ["type": "Metaspace", "replacement": "▁"],
      "decoder": .null, "post_processor": .null,
      "model": [
        "type": "BPE", "unk_token": "<unk>", "vocab": ["<unk>": 0, "ಕ": 1, "ಾ": 2, "ಕಾ": 3],
        "merges": ["ಕ ಾ"],
      ],
    ])
    #expect(try BPETokenizer(contentsOf: path).encode("ಕಾ").ids.last == 3)
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
    #expect(
      try error(["normalizer"], ["type": "BertNormalizer"])
        == "tokenizer.json: `normalizer.type` is \"BertNormalizer\"; Akshara reads Sequence, Prepend, "
        + "Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents and Nmt")
    #expect(
      try error(["extra"], 1)
        == "tokenizer.json: `extra` is unknown to Akshara; remove it if it changes nothing")
    #expect(
      try error(["pre_tokenizer", "pretokenizers", "0", "behavior"], "Dropped")
        == "tokenizer.json: `pre_tokenizer.pretokenizers[0].behavior` is \"Dropped\"; Akshara reads "
        + "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous")
    #expect(
      try error(["pre_tokenizer"], ["type": "UnicodeScripts"])
        == "tokenizer.json: `pre_tokenizer.type` is \"UnicodeScripts\"; Akshara reads Split, ByteLevel, "
        + "Metaspace, Digits, Punctuation, Whitespace, WhitespaceSplit and Sequence")
    #expect(
      try error(["decoder", "type"], "CTC")
        == "tokenizer.json: `decoder.type` is \"CTC\"; Akshara reads ByteLevel, Replace, ByteFallback, "
        + "Fuse, Strip, Metaspace, BPEDecoder and Sequence")
    #expect(
      try error(["post_processor"], ["type": "Other"])
        == "tokenizer.json: `post_processor.type` is \"Other\"; Akshara reads TemplateProcessing, "
        + "ByteLevel, RobertaProcessing, BertProcessing and Sequence")
    #expect(
      try error(["model", "type"], "Unigram")
        == "tokenizer.json: `model.type` is \"Unigram\"; Akshara reads only \"BPE\"; choose a model with "
        + "a byte-pair vocabulary, such as those of Llama, Mistral, Gemma or Qwen")
    #expect(
      try error(["model", "dropout"], 0.1)
        == "tokenizer.json: `model.dropout` is 0.1; Akshara reads only null or 0.0 or 0")
    #expect(
      try error(["added_tokens", "0", "lstrip"], 1)
        == "tokenizer.json: `added_tokens[0].lstrip` is not true or false")
    #expect(
      try error(["added_tokens", "0", "bold"], true)
        == "tokenizer.json: `added_tokens[0].bold` is unknown to Akshara; remove it if it changes nothing"
    )
  }

  @Test func refusesBrokenVocabularies() throws {
    #expect(
      try error(["model", "vocab", "he"], 257)
        == "tokenizer.json: `model.vocab` gives the ID 257 to two tokens; give `ll` an ID of its own, or "
        + "take it and its merges out: an ID decodes to one text")
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
        + "tokens of `vocab`")
    #expect(
      try error(["added_tokens", "0", "id"], 9_999)
        == "tokenizer.json: `model.vocab` makes 258 the ID of the added token `<|end|>`, but "
        + "`added_tokens` says 9999")
  }

  /// Whisper's 50256 is an empty token: no text becomes it, and it becomes none.
  @Test func anEmptyTokenIsNoTexts() throws {
    var vocabulary = try #require(try sample()["model"]?["vocab"]?.object)
    vocabulary[""] = 258
    var document = try sample(["model", "vocab"], .object(vocabulary))
    var token = try #require(document["added_tokens"]?.array?.first?.object)
    token["id"] = 259
    var root = try #require(document.object)
    root["added_tokens"] = .array([.object(token)])
    document = .object(root)
    let tokenizer = try BPETokenizer(contentsOf: try write(document))
    #expect(tokenizer.vocabularyCount == 260)
    #expect(tokenizer.encode("hell<|end|>", specials: .allow).ids == [256, 257, 259])
    #expect(tokenizer.decode([256, 258, 257]) == Array("hell".utf8))
  }

  /// Files of the first versions of `tokenizers` have no `type`.
  @Test func namesTheModelOfAFileWithoutType() throws {
    let models: [(JSONValue, String)] = [
      (["unk_id": 2, "vocab": [["<pad>", 0], ["▁a", -2.5]]], "Unigram"),
      (
        [
          "unk_token": "[UNK]", "continuing_subword_prefix": "##",
          "max_input_chars_per_word": 100, "vocab": ["[UNK]": 0],
        ], "WordPiece"
      ),
    ]
    for (model, name) in models {
      #expect(
        try error(["model"], model).hasPrefix("tokenizer.json: `model.type` is \"\(name)\"; "))
    }
    #expect(
      try error(["model"], ["vocab": ["a": 0]])
        == "tokenizer.json: `model.type` is not a string")
    let untyped = try BPETokenizer(contentsOf: try write(sample(["model", "type"], nil)))
    #expect(untyped.encode("hell").ids == [256, 257])
  }

  @Test func bytesWithoutATokenAreLeftOutAsInOtherLibraries() throws {
    var vocabulary = try sample()["model"]?["vocab"]?.object ?? JSONObject()
    vocabulary["a"] = nil
    vocabulary["xy"] = 0x61
    let tokenizer = try BPETokenizer(
      contentsOf: write(sample(["model", "vocab"], .object(vocabulary))))
    #expect(tokenizer.encode("hab") == Encoding(ids: [0x68, 0x62], ends: [1, 3]))
  }

  @Test func aMergeCannotMakeASpecialToken() throws {
    let tokens: JSONValue = [
      [
        "id": 256, "content": "he", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ]
    ]
    let tokenizer = try BPETokenizer(contentsOf: write(sample(["added_tokens"], tokens)))
    #expect(tokenizer.encode("hello").ids == [0x68, 0x65, 257, 0x6F])
    #expect(tokenizer.encode("hello", specials: .allow).ids == [256, 257, 0x6F])
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
