import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct TruncationTests {
  private let tokenizer = ToyTokenizer()

  private func make(
    _ conversation: Conversation, _ truncation: Truncation, _ maxLength: Int,
    template: String = "instruction", trainOn: TrainOn = .assistant
  ) throws -> SampleMaker.Outcome {
    let options = FormatOptions(
      templates: [template], trainOn: trainOn, maxLength: maxLength, truncation: truncation)
    return try SampleMaker(options, tokenizer: tokenizer).make(conversation)
  }

  private func length(_ conversation: Conversation) throws -> Int {
    try make(conversation, .drop, 10_000).renderedTokens
  }

  @Test func dropsWhatIsTooLong() throws {
    let conversation = SampleConversations.dialogue("abc", "def")
    let length = try length(conversation)
    #expect(try make(conversation, .drop, length).reason == nil)
    let outcome = try make(conversation, .drop, length - 1)
    #expect(outcome.reason == .tooLong)
    #expect(outcome.renderedTokens == length)
  }

  @Test func stopsAtARowThatIsTooLongUnlessToldOtherwise() throws {
    let conversation = SampleConversations.dialogue("abc", "def")
    let length = try length(conversation)
    let error = #expect(throws: AksharaError.self) { try make(conversation, .stop, length - 1) }
    #expect(error?.message.contains("more than `max_length` \(length - 1)") == true)
    #expect(FormatOptions().truncation == .stop)
  }

  @Test func cutsOldTurnsOnTheLeftAndKeepsTheSystemMessage() throws {
    let long = SampleConversations.dialogue("a", "b", "c", "d", "e", "f", system: "S")
    let outcome = try make(long, .left, try length(long) - 1)
    let sample = try #require(outcome.sample)
    #expect(
      sample.text
        == "<|begin_of_text|>S\n\n### Instruction:\nc\n\n### Response:\nd<|end_of_text|>\n\n"
        + "### Instruction:\ne\n\n### Response:\nf<|end_of_text|>")
    #expect(Set(sample.spans.compactMap(\.message)) == [0, 3, 4, 5, 6])
    #expect(outcome.truncation == .left)
    // Only the last turn fits; then not even that.
    let last = try #require(
      try make(long, .left, try length(SampleConversations.dialogue("e", "f", system: "S"))).sample)
    #expect(Set(last.spans.compactMap(\.message)) == [0, 5, 6])
    #expect(try make(long, .left, 20).reason == .noRoomForAnswer)
  }

  @Test func cutsTheAnswerOnTheRightWithItsEndTokenOff() throws {
    let conversation = SampleConversations.dialogue("a", "bcdef")
    let length = try length(conversation)
    let outcome = try make(conversation, .right, length - 2)
    let sample = try #require(outcome.sample)
    #expect(sample.text.hasSuffix("### Response:\nbcde"))
    #expect(sample.spans.last?.kind == .content)
    #expect(sample.supervisedCount == 4)
    #expect(try make(conversation, .right, length).truncation == nil)
  }

  @Test func neverLeavesContextWithoutItsAnswerBehindACut() throws {
    let conversation = SampleConversations.dialogue("a", "b", "cccccccc", "d")
    let outcome = try make(conversation, .right, try length(conversation) - 20)
    let sample = try #require(outcome.sample)
    #expect(sample.text.hasSuffix("### Response:\nb<|end_of_text|>"))
    let onlyContext = SampleConversations.dialogue("aaaaaaaaaaaaaaaaaaaaaaaaaaa", "b")
    for truncation in [Truncation.right, .left, .split] {
      let outcome = try make(onlyContext, truncation, 20)
      #expect(outcome.reason == .noRoomForAnswer)
      #expect(outcome.samples.isEmpty)
    }
  }

  @Test func splitsADialogueIntoRowsOfWholeTurnsEachWithTheSystemMessage() throws {
    let long = SampleConversations.dialogue("a", "b", "c", "d", "e", "f", system: "S")
    let two = SampleConversations.dialogue("a", "b", "c", "d", system: "S")
    let outcome = try make(long, .split, try length(two))
    #expect(outcome.truncation == .split)
    #expect(outcome.answersLeftOut == 0)
    #expect(
      outcome.samples.map(\.text) == [
        "<|begin_of_text|>S\n\n### Instruction:\na\n\n### Response:\nb<|end_of_text|>\n\n"
          + "### Instruction:\nc\n\n### Response:\nd<|end_of_text|>",
        "<|begin_of_text|>S\n\n### Instruction:\ne\n\n### Response:\nf<|end_of_text|>",
      ])
    #expect(outcome.samples.map(\.conversationID) == ["d", "d"])
    #expect(
      outcome.samples.map { Set($0.spans.compactMap(\.message)) } == [[0, 1, 2, 3, 4], [0, 5, 6]])
    // The begin token and "S\n\n" stand twice; the line feeds between turns only once.
    let between = outcome.samples[1].inputIDs.count
    #expect(outcome.repeatedTokens == 1 + 2 - 1, "\(between)")
  }

  @Test func splittingCountsTheTurnThatIsTooLongByItself() throws {
    let long = SampleConversations.dialogue(
      "a", "b", "c", String(repeating: "x", count: 60), "e", "f")
    let outcome = try make(long, .split, 50)
    #expect(outcome.samples.count == 2)
    #expect(outcome.answersLeftOut == 1)
    #expect(outcome.samples.map { $0.answers } == [[1], [5]])
    let left = try make(long, .left, 50)
    #expect(left.answersLeftOut == 2)
  }

  @Test func splittingNeverTrainsOnWhatTheWholeWouldNot() throws {
    let long = SampleConversations.dialogue("a", "b", "c", "d", "e", "f")
    let outcome = try make(long, .split, 40, trainOn: .lastAssistant)
    #expect(outcome.samples.map(\.answers) == [[5]])
  }

  /// Whatever the conversation, the length, the strategy and the template: every token and every
  /// answer is accounted for.
  @Test func theLedgerIsConservedForRandomConversations() throws {
    var generator = SplitMix64(seed: 31)
    var splits = 0
    for round in 0..<600 {
      let conversation = SampleConversations.random(
        &generator, id: "\(round)", flags: true, turns: 12)
      let name = ["chatml", "llama3", "instruction"][generator.next(below: 3)]
      let options = FormatOptions(
        templates: [name], trainOn: [.assistant, .lastAssistant, .all][generator.next(below: 3)],
        trainOnEOS: TrainOnEOS.allCases[generator.next(below: 3)],
        maxLength: 10 + generator.next(below: 150),
        truncation: [.drop, .left, .right, .split][generator.next(below: 4)],
        border: BorderRule.allCases[generator.next(below: 3)])
      let outcome = try SampleMaker(options, tokenizer: tokenizer).make(conversation)
      var counts = ShardCounts()
      counts.count(outcome, language: nil, source: nil)
      let note: Comment = "round \(round): \(options) of \(conversation)"
      #expect(counts.isConserved, note)
      #expect(counts.ledger.truncated >= 0 && counts.ledger.repeated >= 0, note)
      splits += outcome.samples.count > 1 ? 1 : 0
      try expectRowsAreSound(outcome, of: conversation, options, note)
    }
    #expect(splits > 20)
  }

  private func expectRowsAreSound(
    _ outcome: SampleMaker.Outcome, of conversation: Conversation, _ options: FormatOptions,
    _ note: Comment
  ) throws {
    var whole = options
    whole.maxLength = FormatOptions.longestRow
    let trainedOn = try SampleMaker(whole, tokenizer: tokenizer).make(conversation).sample?.answers
    var seen: Set<Int> = []
    for sample in outcome.samples {
      #expect(sample.inputIDs.count <= options.maxLength, note)
      #expect(sample.supervisedCount > 0, note)
      #expect(sample.labels.count == sample.inputIDs.count, note)
      let answers = sample.answers.filter { conversation.messages[$0].role == .assistant }
      #expect(seen.isDisjoint(with: answers), note)
      seen.formUnion(answers)
      if conversation.messages[0].role == .system, sample.text.contains("system") {
        #expect(sample.spans.contains { $0.message == 0 }, note)
      }
    }
    let all = (trainedOn ?? []).filter { conversation.messages[$0].role == .assistant }
    // An empty answer has nothing but its end token, which `last` gives to each row's last answer.
    if options.trainOnEOS != .last { #expect(seen.isSubset(of: all), note) }
    if !outcome.samples.isEmpty, options.trainOn != .all, options.trainOnEOS == .turn {
      let kept = outcome.samples.reduce(into: Set<Int>()) { $0.formUnion($1.answers) }
      #expect(kept.count + outcome.answersLeftOut == trainedOn?.count, note)
    }
  }

  @Test func cutsBetweenCharacters() throws {
    // Each letter is three tokens of one byte: every limit gives whole letters.
    let conversation = SampleConversations.dialogue("a", "గగగ")
    let length = try length(conversation)
    let texts = try (1...6).map { cut in
      try make(conversation, .right, length - 1 - cut).sample?.text.split(separator: "\n").last
    }
    #expect(texts == ["గగ", "గగ", "గగ", "గ", "గ", "గ"])
  }
}
