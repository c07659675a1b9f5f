import Conversations
import Testing

@testable import Batching

@Suite struct ResponseTemplateTests {
  private let tokenizer = ToyTokenizer()

  private func supervised(
    _ conversation: Conversation, _ text: String, template: String = "instruction",
    eos: TrainOnEOS = .turn
  ) throws -> String? {
    let options = FormatOptions(
      templates: [template], trainOn: .responseTemplate, trainOnEOS: eos, responseTemplate: text)
    guard let sample = try SampleMaker(options, tokenizer: tokenizer).make(conversation).sample
    else { return nil }
    return String(
      decoding: tokenizer.decode(sample.labels.filter { $0 != ignoreIndex }), as: UTF8.self)
  }

  @Test func behindAHeaderTheWholeAnswerIsTrainedOn() throws {
    let conversation = SampleConversations.dialogue("a", "b ### Response: c")
    #expect(try supervised(conversation, "### Response:") == "b ### Response: c<|end_of_text|>")
    #expect(try supervised(conversation, "### Response:\n") == "b ### Response: c<|end_of_text|>")
  }

  @Test func insideAnAnswerWhatFollowsTheLastOccurrenceIs() throws {
    let conversation = SampleConversations.dialogue(
      "How much? Price is $1", "Price is $, well. Price is $226.95")
    #expect(try supervised(conversation, "Price is $") == "226.95<|end_of_text|>")
    let whole = Conversation(
      id: "w", messages: [Message(.assistant, "How much?\n\nPrice is $64.00")])
    #expect(
      try supervised(whole, "Price is $", template: "completion") == "64.00<|end_of_text|>")
  }

  @Test func theTextMayReachFromTheHeaderIntoTheAnswerAndHoldControlTokens() throws {
    let conversation = SampleConversations.dialogue("a", "Price is $2")
    #expect(try supervised(conversation, "### Response:\nPrice is $") == "2<|end_of_text|>")
    let header = "<|im_end|>\n<|im_start|>assistant\n"
    #expect(try supervised(conversation, header, template: "chatml") == "Price is $2<|im_end|>")
  }

  @Test func questionsAreNeverSearched() throws {
    let conversation = SampleConversations.dialogue("Price is $5", "no")
    #expect(try supervised(conversation, "Price is $") == nil)
  }

  @Test func aTokenThatHoldsTheTextsEndIsCut() throws {
    // The toy tokenizer has the pieces "is $" and "$2": no merge may hide the border.
    let options = FormatOptions(
      templates: ["completion"], trainOn: .responseTemplate, responseTemplate: "is ")
    let whole = Conversation(id: "w", messages: [Message(.assistant, "is $2")])
    let outcome = try SampleMaker(options, tokenizer: tokenizer).make(whole)
    let sample = try #require(outcome.sample)
    #expect(
      tokenizer.texts(sample.inputIDs)
        == ["<|begin_of_text|>", "i", "s", " ", "$2", "<|end_of_text|>"])
    #expect(outcome.straddles == 1)
  }

  @Test func everyTurnIsSearchedAndEndTokensFollowTheirOption() throws {
    let turns = SampleConversations.dialogue("a", "$1", "b", "none", "c", "$3")
    #expect(try supervised(turns, "$") == "1<|end_of_text|>3<|end_of_text|>")
    #expect(try supervised(turns, "$", eos: .last) == "13<|end_of_text|>")
    #expect(try supervised(turns, "$", eos: .none) == "13")
  }

  @Test func aMessagesFlagGoesBeforeTheText() throws {
    var turns = SampleConversations.dialogue("a", "$1", "b", "x", "c", "$3")
    turns.messages[1].supervised = false
    turns.messages[3].supervised = true
    #expect(try supervised(turns, "$") == "x<|end_of_text|>3<|end_of_text|>")
    #expect(try supervised(turns, "$", eos: .last) == "x3<|end_of_text|>")
  }

  @Test func aRowWithoutTheTextIsDroppedByName() throws {
    let options = FormatOptions(
      trainOn: .responseTemplate, responseTemplate: "Price is $")
    let outcome = try SampleMaker(options, tokenizer: tokenizer).make(
      SampleConversations.dialogue("a", "b"))
    #expect(outcome.sample == nil)
    #expect(outcome.reason == .responseTemplateNotFound)
  }
}
