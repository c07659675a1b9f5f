import Artifacts
import Conversations
import Fixtures
import Testing

@testable import Batching

/// Rows beside the conversations that they were made of.
@Suite struct ConversationComparisonTests {
  private let folder = TemporaryFolder()

  /// The set of `conversations`, compared with `others`.
  private func compare(
    _ conversations: [Conversation], _ options: FormatOptions = FormatOptions(),
    with others: [Conversation]? = nil, tokenizer: ToyTokenizer = ToyTokenizer()
  ) throws -> ConversationComparison {
    let file = folder.file("compared.jsonl")
    try ShardFolder.write(others ?? conversations, to: file)
    let set = try ShardFolder(conversations, options, tokenizer: tokenizer)
    // The folder goes with its last owner.
    return try withExtendedLifetime(set) {
      try ConversationComparison(set.open(), conversations: [file])
    }
  }

  private func counts(_ comparison: ConversationComparison) -> [ConversationAccount.Change: Int] {
    comparison.account.messages.filter { $0.value > 0 }
  }

  @Test func whatWasNotChangedIsCounted() throws {
    let comparison = try compare([SampleConversations.dialogue("a", "b", system: "s")])
    #expect(comparison.problems == [] && comparison.notices == [])
    #expect(counts(comparison) == [.unchanged: 3])
    #expect(comparison.account.rows == 1 && comparison.account.conversations == 1)
  }

  @Test func trimmingAndThinkingThatIsLeftOutAreCounted() throws {
    var conversation = SampleConversations.dialogue(" a\n", "b")
    conversation.messages[1].reasoning = "hm"
    let comparison = try compare([conversation], FormatOptions(templates: ["llama3"]))
    #expect(comparison.problems == [])
    #expect(counts(comparison) == [.trimmed: 1, .reasoningLeftOut: 1])
  }

  @Test(arguments: [
    ("<think>", true), ("<think>\nh", true), ("<think>\nhm, y", true),
    ("<think>\nhm, yes\n</think>\n\n", true), ("<think>\nhm, yes\n</think>\n\nab", true),
    ("<think>\nhm, no", true),
    ("<think>\nhm, yes\n</think>\n\nac and much else that was not said", false),
    ("hm, something else that nobody has thought", false),
  ])
  func anAnswerMayBeCutInsideOfItsThinking(rendered: String, isCut: Bool) {
    let message = Message(.assistant, "abc", reasoning: "hm, yes")
    let bytes = Array(rendered.utf8)
    func change(_ isCut: Bool) -> ConversationAccount.Change {
      MessageComparison(message: message, rendered: bytes, row: bytes, isCut: isCut).change
    }
    #expect(change(true) == (isCut ? .cut : .differs))
    #expect(change(false) == .differs, "the row goes on")
  }

  @Test func rowsThatWereCutAreCompared() throws {
    // Of Llama 2's answers the first byte is the template's space.
    var thinking = SampleConversations.dialogue("in", "ಕನ್ನಡ ಕನ್ನಡ")
    thinking.messages[1].reasoning = "ಕನ್ನಡ"
    for (template, conversation) in [
      ("chatml", SampleConversations.dialogue("in", "ಕನ್ನಡ ಕನ್ನಡ")), ("qwen3", thinking),
    ] {
      let whole = try SampleMaker(
        FormatOptions(templates: [template]), tokenizer: ToyTokenizer()
      ).make(conversation).renderedTokens
      for length in 8..<whole {
        var options = FormatOptions(templates: [template], maxLength: length)
        options.truncation = .right
        guard let comparison = try? compare([conversation], options) else { continue }
        #expect(comparison.problems == [], "\(template) \(length)")
      }
    }
  }

  @Test func everyFateOfAMessage() {
    func change(
      _ text: String, _ rendered: String?, row: String = "", role: Role = .assistant,
      endsRow: Bool = false
    ) -> ConversationAccount.Change {
      MessageComparison(
        message: Message(role, .text(text)), rendered: rendered.map { Array($0.utf8) },
        row: Array(row.utf8), endsRow: endsRow
      ).change
    }
    #expect(change("ab", "ab") == .unchanged)
    #expect(change("ab\n", "ab") == .trimmed)
    #expect(change("<think>x</think>\n\nab", "ab") == .thinkingRemoved)
    #expect(change("ab", "<<SYS>>ab<</SYS>>c", role: .system) == .merged)
    #expect(change("ab", "<<SYS>>ab<</SYS>>c") == .differs, "nobody speaks in an answer but it")
    #expect(change("ab", "<|START_RESPONSE|>ab<|END_RESPONSE|>") == .merged)
    #expect(change("ab", "abc") == .differs)
    #expect(change("ab", "<|START_RESPONSE|>abc<|END_RESPONSE|>") == .differs)
    #expect(change("ab", nil, row: "x ab y") == .merged)
    #expect(change("ab", nil, row: "x") == .leftOut)
    #expect(change("abc", "ab", endsRow: true) == .cut)
    #expect(change("abc", "ab") == .differs, "the row goes on")
    #expect(change("abc", "abd", endsRow: true) == .differs)
    #expect(change("abc", " ab", endsRow: true) == .cut, "a space of the template's")
    #expect(change("ಕ್ಷ", "ಕಷ") == .differs)
    #expect(change("é", "e\u{301}") == .differs, "bytes are compared, not characters")
  }

  /// Templates that write what is not byte for byte the message's own, with what they are given.
  private static var rewritten: [(String, Conversation, [ConversationAccount.Change: Int])] {
    var tool = SampleConversations.dialogue("call")
    tool.messages += [
      Message(
        .assistant, "",
        toolCalls: [["function": ["name": "f", "arguments": ["x": 1]], "id": "abcdefghi"]]),
      Message(.tool, #"{"r": "ಕ\n"}"#), Message(.assistant, "done"),
    ]
    var reasoning = SampleConversations.dialogue("q", "final", "q2", "final2")
    reasoning.messages[1].reasoning = "step one"
    reasoning.messages[3].reasoning = "step ಎರಡು\n"
    let spaces = SampleConversations.dialogue("q", "   ")
    let thinking = SampleConversations.dialogue(
      "q", "<think>hm</think>final", "q2", "<think>\nhm2\n</think>\n\n\nfinal2")
    return [
      ("llama3.1", tool, [.unchanged: 2, .toolCallsRendered: 1, .toolResultRendered: 1]),
      ("llama3.2", tool, [.unchanged: 2, .toolCallsRendered: 1, .toolResultRendered: 1]),
      ("llama2", reasoning, [.unchanged: 2, .reasoningLeftOut: 2]),
      ("mistral-v3", reasoning, [.unchanged: 2, .reasoningLeftOut: 2]),
      ("qwen3", reasoning, [.unchanged: 2, .reasoningLeftOut: 1, .reasoningRendered: 1]),
      ("qwen3", spaces, [.unchanged: 1, .trimmed: 1]),
      ("llama3", spaces, [.unchanged: 1, .trimmed: 1]),
      ("qwen3", thinking, [.unchanged: 2, .thinkingRemoved: 1, .reasoningRendered: 1]),
    ]
  }

  @Test func whatTemplatesWriteAnewIsNamed() throws {
    for (template, conversation, wanted) in Self.rewritten {
      let comparison = try compare(
        [conversation], FormatOptions(templates: [template]), tokenizer: TemplateCases.tokenizer)
      #expect(comparison.problems == [], "\(template)")
      #expect(counts(comparison) == wanted, "\(template)")
    }
  }

  /// One byte that is another, less or more in what a row says is always found.
  @Test func oneByteIsFoundInWhatTemplatesWriteAnew() throws {
    for (template, conversation, _) in Self.rewritten {
      let options = FormatOptions(templates: [template])
      let whole = try SampleMaker(options, tokenizer: TemplateCases.tokenizer)
        .make(conversation)
      let sample = try #require(whole.samples.first)
      for (index, message) in conversation.messages.enumerated() where message.toolCalls.isEmpty {
        let spans = sample.spans.filter { $0.message == index && $0.kind.isSaid }
        let text = Array(sample.text.utf8)
        let said = spans.reduce(into: []) { $0 += text[$1.bytes] }
        func change(_ bytes: [UInt8]) -> ConversationAccount.Change {
          MessageComparison(message: message, rendered: bytes, row: bytes).change
        }
        guard !said.isEmpty else { continue }
        #expect(change(said) != .differs, "\(template) \(index)")
        for byte in said.indices where isLetter(said[byte]) {
          for other in [[UInt8(ascii: "Z")], [], [said[byte], UInt8(ascii: "z")]] {
            // A mark is the template's, whatever it is called.
            guard !isInMark(said, byte) else { continue }
            var changed = said
            changed.replaceSubrange(byte...byte, with: other)
            #expect(
              change(changed) == .differs || changed.isEmpty,
              "\(template) \(index): \(String(decoding: changed, as: UTF8.self))")
          }
        }
      }
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte >= 0x80
  }

  private func isInMark(_ text: [UInt8], _ byte: Int) -> Bool {
    let open = text[..<byte].lastIndex(of: UInt8(ascii: "<"))
    return open.map { !text[$0..<byte].contains(UInt8(ascii: ">")) } ?? false
  }

  @Test func callsThatATemplateLeavesOutAreNamed() {
    let message = Message(.assistant, "", toolCalls: [["function": ["name": "f"]]])
    func change(_ rendered: String) -> ConversationAccount.Change {
      MessageComparison(message: message, rendered: Array(rendered.utf8), row: []).change
    }
    #expect(change(#"{"name": "f"}"#) == .toolCallsRendered)
    #expect(change("<|START_RESPONSE|><|END_RESPONSE|>") == .leftOut)
    #expect(change(#"{"name": "g"}"#) == .differs)
  }

  @Test func marksAndPartsAreAllThatATextHolds() {
    func holds(_ text: String, _ parts: String...) -> Bool {
      FramedText(Array(text.utf8)).holds(parts.map { Array($0.utf8) })
    }
    #expect(holds("<think>\nhm\n</think>\n\na", "hm", "a"))
    #expect(holds("hm</think>a", "hm", "a"))
    #expect(!holds("<think>\nhm\n</think>\n\na", "a"))
    #expect(!holds("<think>hm</think>a", "a"), "a word is thought, and no mark's name")
    #expect(holds("<|channel>thought\nhm<channel|>a", "hm", "a"))
    #expect(holds("<|start|>assistant<|channel|>final<|message|>a<|return|>", "a"))
    #expect(holds("[THINK]s[/THINK]S", "s", "S"), "a part may be as short as a mark's letter")
    #expect(holds(" \n<think>\n\n</think>\n\n ", ""))
    #expect(!holds("<b c>a", "a") && !holds("<>a", "a") && !holds("x<|a|>a", "a"))
    #expect(!holds(String(repeating: "<a>", count: 40) + "b", "b"), "too much for a frame")
    #expect(!holds("a", "a", "b") && !holds("ba", "a", "b"))
  }

  @Test func otherTextIsAProblem() throws {
    let comparison = try compare(
      [SampleConversations.dialogue("a", "b")], with: [SampleConversations.dialogue("a", "x")])
    #expect(comparison.problems.count == 1)
    #expect(
      comparison.problems.first?.hasSuffix(":1: message 1 stands in the row as other text") == true)
    #expect(comparison.notices == ["the conversations are not the files that the manifest names"])
  }

  /// Of many problems the first are told one by one; the error counts them all.
  @Test func everyProblemIsCounted() throws {
    let count = ShardVerifier.mostExamples + 5
    let rows = (0..<count).map { SampleConversations.dialogue("a", "b", id: "\($0)") }
    let others = (0..<count).map { SampleConversations.dialogue("a", "x", id: "\($0)") }
    let set = try ShardFolder(rows)
    let file = folder.file("others.jsonl")
    try ShardFolder.write(others, to: file)
    let report = try ShardVerifier(tokenizer: set.tokenizer).verify(
      set.open(), conversations: [file])
    #expect(report.problems.count == ShardVerifier.mostExamples + 1)
    #expect(report.problems.last == "5 more messages or rows are not as they were")
    let error = #expect(throws: AksharaError.self) { try report.requireNoFaults(in: set.path) }
    #expect(error?.message == "\(count) faults in \(count) rows")
  }

  /// Templates that stand headings between the parts of a question.
  @Test(arguments: ["alpaca", "dolly", "instruction"])
  func aContextIsAPartOfItsQuestion(template: String) throws {
    func row(_ parts: String...) -> Conversation {
      var row = SampleConversations.dialogue("q", "b")
      row.messages[0].content = .parts(parts.map { ["type": "text", "text": .string($0)] })
      return row
    }
    let right = row("Name it.", "\n\nSome facts.")
    let options = FormatOptions(templates: [template])
    let comparison = try compare([right], options)
    #expect(comparison.problems == [])
    #expect(counts(comparison) == [.unchanged: 1, .trimmed: 1])
    for wrong in [
      row("Name it.", "\n\nSome fact."), row("Some facts.", "\n\nName it."), row("Name it."),
      row("Name it.", "Some", "facts!"),
    ] {
      #expect(try compare([right], options, with: [wrong]).problems.count == 1)
    }
  }

  @Test func flagsAgainstTheLabelsAreProblems() throws {
    let row = SampleConversations.dialogue("a", "b")
    var flagged = row
    flagged.messages[1].supervised = false
    #expect(
      try compare([row], with: [flagged]).problems.first?
        .hasSuffix(":1: message 1 is trained on, against its flags") == true)
    var weighted = row
    weighted.messages[1].weight = 0.5
    #expect(
      try compare([row], with: [weighted]).problems.first?
        .hasSuffix(":1: message 1 has another weight than 0.5") == true)
    #expect(try compare([weighted]).problems == [])
  }

  @Test func rowsWithoutConversationsAndConversationsWithoutRows() throws {
    let rows = (1...3).map { SampleConversations.dialogue("a", "b", id: "\($0)") }
    #expect(
      try compare(rows, with: Array(rows.dropLast())).problems
        == ["train: row 2 is none of the conversations"])
    let missing = try compare(Array(rows.dropLast()), with: rows).problems
    #expect(missing.count == 1)
    #expect(
      missing.first?.hasSuffix(
        "`3` is neither the next row of train nor listed as dropped") == true)
  }

  @Test func droppedConversationsAndSplitsFindTheirPlaces() throws {
    var rows = (1...6).map { SampleConversations.dialogue("a", "b", id: "\($0)") }
    rows[1].split = .validation
    rows[2].messages.removeLast()
    rows[4].split = .validation
    let comparison = try compare(rows)
    #expect(comparison.problems == [])
    #expect(comparison.account.rows == 5 && comparison.account.conversations == 6)
  }

  @Test func randomConversationsAreTheirRows() throws {
    var generator = SplitMix64(seed: 20)
    for template in ["chatml", "llama3", "instruction"] {
      let rows = (0..<60).map {
        SampleConversations.random(&generator, id: "\($0)", flags: true)
      }
      for truncation in [Truncation.drop, .left, .right] {
        let options = FormatOptions(
          templates: [template], maxLength: 90, truncation: truncation, onRefusal: .drop)
        let comparison = try compare(rows, options)
        #expect(comparison.problems == [], "\(template), \(truncation)")
      }
    }
  }

  @Test func theProofKeepsTheAccount() throws {
    let set = try ShardFolder([SampleConversations.dialogue("a", "b")])
    let file = folder.file("in.jsonl")
    try ShardFolder.write([SampleConversations.dialogue("a", "b")], to: file)
    let report = try ShardVerifier(tokenizer: set.tokenizer).verify(
      folder: set.path, try ShardSet.readManifest(in: set.path), conversations: [file])
    #expect(report.holds)
    #expect(
      report.conclusion == "1 rows checked: the proof holds; 1 rows compared with 1 conversations: "
        + "messages 2 unchanged")
    #expect(try set.open().manifest.proof == report.proof)
    try set.open().requireProof()
  }
}
