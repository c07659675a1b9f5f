import Artifacts
import Conversations
import Fixtures
import Testing
import Tokenization

@testable import Batching

/// Tokenizers that normalize, and texts that they change: a letter and its sign become one character,
/// of several tokens, of which the first covers all its bytes and the others none.
@Suite struct NormalizedTextTests {
  private let folder = TemporaryFolder()

  /// The tokenizer of the samples with a change.
  private func tokenizer(_ change: (inout JSONObject) throws -> Void) throws -> BPETokenizer {
    let file = RepositoryPaths.file("samples/base/tokenizer.json")
    var document = try #require(try JSONValue(parsing: TextFile(file).bytes).object)
    try change(&document)
    let path = folder.file("tokenizer.json")
    try AtomicFile.write(JSONValue.object(document).compact, to: path)
    return try BPETokenizer(contentsOf: path)
  }

  /// With NFC before everything, as Qwen's has it.
  private func normalizing() throws -> BPETokenizer {
    try tokenizer { $0["normalizer"] = ["type": "NFC"] }
  }

  /// What a control token takes of the text before it would be decided by content.
  @Test(arguments: ["lstrip", "single_word"])
  func controlTokensThatDependOnTheTextBeforeThemAreRefused(flag: String) throws {
    let tokenizer = try tokenizer { document in
      document["added_tokens"] = .array(
        (document["added_tokens"]?.array ?? []).map { token in
          var token = token.object ?? JSONObject()
          token[flag] = true
          return .object(token)
        })
    }
    let error = #expect(throws: AksharaError.self) {
      try TemplateCatalog.template(named: "chatml", for: tokenizer)
    }
    #expect(error?.code == .unsupported && error?.message.contains("<|im_") == true)
  }

  private static let texts = ["ಕ\u{0CC6}\u{0CC2}", "a\u{301}", "cafe\u{301}", "ಕನ್ನಡ", "ok"]

  /// Every text as question and as answer, beside those that are as they should be.
  private static let conversations = texts.flatMap { question in
    texts.map { SampleConversations.dialogue(question, $0, id: "\(question) \($0)") }
  }

  /// Phi-3's `</s>` is no control token, but takes the white space behind it all the same.
  @Test func addedTokensThatTakeSpaceMayStandInAnswers() throws {
    let tokenizer = try tokenizer { document in
      let own = document["added_tokens"]?.array ?? []
      let id = document["model"]?["vocab"]?.object?.keys.count ?? 0
      document["added_tokens"] = .array(
        own + [
          [
            "id": JSONValue(id), "content": "</s>", "single_word": false, "lstrip": false,
            "rstrip": true, "normalized": false, "special": false,
          ]
        ])
    }
    let input = folder.file("in.jsonl")
    let answers = ["a</s>b", "x </s>\n y", "x </s>  y", "</s> "]
    try AtomicFile.write(
      answers.enumerated().flatMap {
        SampleConversations.dialogue("q", $1, id: "\($0)").json.compact + [UInt8(ascii: "\n")]
      }, to: input)
    let sharder = Sharder(tokenizer: tokenizer, options: FormatOptions(), threads: 1)
    _ = try sharder.run(conversations: [input], output: folder.file("set"))
    #expect(try ShardSet(folder.file("set")).manifest.proof?.holds == true)
  }

  /// SentencePiece takes U+2581 for a space: a row that holds one is no reason to doubt the set.
  @Test func aSignThatIsTakenForASpaceMayStandInRows() throws {
    let tokenizer = try tokenizer {
      $0["normalizer"] = ["type": "Replace", "pattern": ["String": "▁"], "content": " "]
    }
    let input = folder.file("in.jsonl")
    let texts = ["a▁b", "▁", "▂▁▃", "plain"]
    try AtomicFile.write(
      texts.enumerated().flatMap {
        SampleConversations.dialogue($1, $1, id: "\($0)").json.compact + [UInt8(ascii: "\n")]
      }, to: input)
    let sharder = Sharder(tokenizer: tokenizer, options: FormatOptions(), threads: 1)
    _ = try sharder.run(conversations: [input], output: folder.file("set"))
    let proof = try #require(try ShardSet(folder.file("set")).manifest.proof)
    #expect(proof.holds && proof.observations[.normalizedText] == 3)
  }

  /// Where a token lies across the border of two spans, both are compared together.
  @Test func aTokenMayLieAcrossTheBorderOfNormalizedText() throws {
    let tokenizer = try normalizing()
    for content in ["cafe\u{301}", "e\u{301} x", " ಕ\u{0CC6}\u{0CC2}"] {
      var options = FormatOptions(templates: ["vicuna"])
      (options.beginToken, options.endToken) = ("<|im_start|>", "<|im_end|>")
      let input = folder.file("in.jsonl")
      let conversation = SampleConversations.dialogue(content, "ok")
      try AtomicFile.write(conversation.json.compact + [UInt8(ascii: "\n")], to: input)
      let sharder = Sharder(tokenizer: tokenizer, options: options, threads: 1)
      let path = folder.file(content)
      _ = try sharder.run(conversations: [input], output: path)
      #expect(try ShardSet(path).manifest.proof?.holds == true, "\(content)")
    }
  }

  @Test(arguments: BorderRule.allCases)
  func tokensStayWithTheirMessages(border: BorderRule) throws {
    let tokenizer = try normalizing()
    let options = FormatOptions(templates: ["chatml"], border: border)
    let input = folder.file("in.jsonl")
    try AtomicFile.write(
      Self.conversations.flatMap { $0.json.compact + [UInt8(ascii: "\n")] }, to: input)
    var rows: [[LabeledSample]] = []
    for renders in [false, true] {
      var sharder = Sharder(tokenizer: tokenizer, options: options, threads: 1)
      sharder.renders = renders
      let path = folder.file("\(border) \(renders)")
      _ = try sharder.run(conversations: [input], output: path)
      let set = try ShardSet(path)
      #expect(set.manifest.proof?.holds == true)
      rows.append(try (0..<set.rowCount(.train)).map { try set.record(.train, $0).sample })
    }
    #expect(rows[0] == rows[1])
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    for (conversation, row) in zip(Self.conversations, rows[0]) {
      #expect(try maker.make(conversation).sample == row, "\(conversation.id)")
      let supervised = row.labels.filter { $0 != ignoreIndex && !tokenizer.isSpecial($0) }
      let said = String(
        decoding: supervised.flatMap { tokenizer.bytes(of: $0) ?? [] }, as: UTF8.self)
      // Equal but for the normalization, which `==` of strings does not see.
      #expect(said == conversation.messages[1].content.text ?? "", "\(conversation.id)")
    }
  }
}
