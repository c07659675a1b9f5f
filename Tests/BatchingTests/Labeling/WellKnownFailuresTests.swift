import Conversations
import Testing
import Tokenization

@testable import Batching

/// The failures that users of other trainers report most, each by its number there: none can happen.
@Suite struct WellKnownFailuresTests {
  private let tokenizer = ToyTokenizer()

  private func make(
    _ conversation: Conversation, _ options: FormatOptions
  ) throws -> SampleMaker.Outcome {
    try SampleMaker(options, tokenizer: tokenizer).make(conversation)
  }

  /// trl#1820, trl#588: merges over the response template hide it from a search among tokens.
  @Test func theResponseTemplateIsFoundThoughMergesReachOverIt() throws {
    // The tokenizer has "\n\n###" and ":\n": alone, the text is cut otherwise than in its place.
    let options = FormatOptions(
      templates: ["instruction"], trainOn: .responseTemplate, responseTemplate: "### Response:")
    let sample = try #require(try make(SampleConversations.dialogue("a", "b"), options).sample)
    let alone = tokenizer.encode("### Response:").ids
    let isInRow = (0...(sample.inputIDs.count - alone.count)).contains {
      sample.inputIDs[$0..<$0 + alone.count].elementsEqual(alone)
    }
    #expect(!isInRow)
    #expect(
      tokenizer.texts(sample.labels.filter { $0 != ignoreIndex }) == ["b", "<|end_of_text|>"])
  }

  /// trl#6668: the answer is cut off, nothing is trained on, and the loss becomes NaN.
  @Test func aRowWhoseAnswerIsCutOffIsDroppedAndCounted() throws {
    let long = SampleConversations.dialogue(String(repeating: "x", count: 100), "b")
    for truncation in [Truncation.left, .right, .split] {
      let outcome = try make(long, FormatOptions(maxLength: 50, truncation: truncation))
      #expect(outcome.samples.isEmpty)
      #expect(outcome.reason == .noRoomForAnswer)
    }
  }

  /// unsloth#416, trl#1623: the end token is never trained on where it is the padding token too.
  @Test func theEndTokenIsTrainedOnThoughItPads() throws {
    let options = FormatOptions(templates: ["instruction"])
    let rows = try ["b", "cc"].map { answer in
      try #require(try make(SampleConversations.dialogue("a", answer), options).sample).tokenRow
    }
    let end = try #require(tokenizer.specialToken("<|end_of_text|>"))
    let batch = try Batch(rows, padding: end)
    for row in 0..<2 {
      let labels = batch.labels[row * batch.length..<(row + 1) * batch.length]
      #expect(labels.count { $0 == end } == 1)
      #expect(labels[row * batch.length + batch.lengths[row] - 1] == end)
    }
  }

  /// trl#1400: the template and the tokenizer both write the begin token.
  @Test func theBeginTokenStandsOnce() throws {
    let begin = try #require(tokenizer.specialToken("<|begin_of_text|>"))
    for name in ["llama3", "llama3.2", "instruction", "alpaca"] {
      let options = FormatOptions(templates: [name])
      let conversation = SampleConversations.dialogue("<|begin_of_text|>a", "b", "c", "d")
      let ids = try #require(try make(conversation, options).sample).inputIDs
      #expect(ids.indices.filter { ids[$0] == begin } == [0])
    }
  }

  /// The header's line feed is off by one: trained on, or its merge with the answer left out.
  @Test func theHeadersLineFeedIsContextAndTheAnswersOwnIsTrainedOn() throws {
    let sample = try #require(
      try make(SampleConversations.dialogue("a", "\n\nb"), FormatOptions()).sample)
    #expect(
      tokenizer.texts(sample.labels.filter { $0 != ignoreIndex }) == ["\n\n", "b", "<|im_end|>"])
    let header = try #require(sample.spans.last { $0.kind == .header })
    #expect(tokenizer.texts(sample.inputIDs[header.tokens]) == ["<|im_start|>", "assistant", "\n"])
    #expect(!header.supervised)
  }

  /// Rows in which nothing is trained on are filtered without a word.
  @Test func rowsThatTrainOnNothingAreCountedByReason() throws {
    var masked = SampleConversations.dialogue("a", "b")
    masked.messages[1].weight = 0
    var counts = ShardCounts()
    counts.count(try make(masked, FormatOptions()), language: nil, source: nil)
    counts.count(
      try make(
        SampleConversations.dialogue("a", "b"),
        FormatOptions(trainOn: .responseTemplate, responseTemplate: "Price is $")), language: nil,
      source: nil)
    #expect(counts.dropped == ["no_supervised_token": 1, "response_template_not_found": 1])
    #expect(counts.isConserved)
  }

  /// trl#3067: rows in one packed sequence see each other.
  @Test func packedRowsStartAgainAndPredictNothingAcrossTheirBorder() throws {
    let rows = try ["b", "cc"].map { answer in
      try #require(try make(SampleConversations.dialogue("a", answer), FormatOptions()).sample)
        .tokenRow
    }
    let input = ModelInput(rows)
    #expect(input.borders == [0, Int32(rows[0].count), Int32(rows[0].count + rows[1].count)])
    #expect(input.positions[rows[0].count] == 0)
    #expect(input.targets[rows[0].count - 1] == ignoreIndex)
  }
}
