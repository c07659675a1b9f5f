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
    #expect(try make(long, .left, 20).reason == .tooLong)
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
    #expect(try make(onlyContext, .right, 20).reason == .tooLong)
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
