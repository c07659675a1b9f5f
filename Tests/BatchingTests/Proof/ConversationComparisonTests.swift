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
    with others: [Conversation]? = nil
  ) throws -> ConversationComparison {
    let file = folder.file("compared.jsonl")
    try ShardFolder.write(others ?? conversations, to: file)
    let set = try ShardFolder(conversations, options)
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
    func change(_ text: String, _ rendered: String?, row: String = "") -> ConversationAccount.Change
    {
      MessageComparison(
        message: Message(.assistant, .text(text)), rendered: rendered.map { Array($0.utf8) },
        row: Array(row.utf8)
      ).change
    }
    #expect(change("ab", "ab") == .unchanged)
    #expect(change("ab\n", "ab") == .trimmed)
    #expect(change("<think>x</think>\n\nab", "ab") == .thinkingRemoved)
    #expect(change("ab", "<<SYS>>ab<</SYS>>c") == .merged)
    #expect(change("ab", nil, row: "x ab y") == .merged)
    #expect(change("ab", nil, row: "x") == .leftOut)
    #expect(change("abc", "ab") == .cut)
    #expect(change("abc", "abd") == .differs)
    #expect(change("abc", " ab") == .cut, "a space of the template's")
    #expect(change("ಕ್ಷ", "ಕಷ") == .differs)
    #expect(change("é", "e\u{301}") == .differs, "bytes are compared, not characters")
  }

  @Test func otherTextIsAProblem() throws {
    let comparison = try compare(
      [SampleConversations.dialogue("a", "b")], with: [SampleConversations.dialogue("a", "x")])
    #expect(comparison.problems.count == 1)
    #expect(
      comparison.problems.first?.hasSuffix(":1: message 1 stands in the row as other text") == true)
    #expect(comparison.notices == ["the conversations are not the files that the manifest names"])
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
