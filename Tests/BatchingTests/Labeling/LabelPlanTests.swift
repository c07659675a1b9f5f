import Conversations
import Testing

@testable import Artifacts
@testable import Batching

@Suite struct LabelPlanTests {
  private var conversation = SampleConversations.dialogue("a", "b", "c", "d", system: "s")

  private func supervised(
    _ trainOn: TrainOn, _ eos: TrainOnEOS = .turn, _ conversation: Conversation? = nil
  ) throws -> String {
    let plan = try LabelPlan(
      for: conversation ?? self.conversation, trainOn: trainOn, trainOnEOS: eos)
    return plan.messages.map {
      ($0.header ? "h" : "-") + ($0.content ? "c" : "-") + ($0.end ? "e" : "-")
    }.joined(separator: " ")
  }

  @Test func strategiesChooseMessages() throws {
    #expect(try supervised(.assistant) == "--- --- -ce --- -ce")
    #expect(try supervised(.lastAssistant) == "--- --- --- --- -ce")
    #expect(try supervised(.all) == "hce hce hce hce hce")
    #expect(try supervised(.responseTemplate) == "--- --- --- --- ---")
  }

  @Test func endTokensAreChosenApart() throws {
    #expect(try supervised(.assistant, .last) == "--- --- -c- --- -ce")
    #expect(try supervised(.assistant, .none) == "--- --- -c- --- -c-")
  }

  @Test func aMessagesFlagGoesBeforeTheStrategy() throws {
    var flagged = conversation
    flagged.messages[1].supervised = true
    flagged.messages[2].supervised = false
    flagged.messages[4].weight = 0
    #expect(try supervised(.assistant, .turn, flagged) == "--- -ce --- --- ---")
    #expect(try supervised(.all, .turn, flagged) == "hce hce --- hce ---")
  }

  @Test func weightsMustBeNumbersOfZeroOrMore() throws {
    for weight in [-1, .infinity, .nan] as [Double] {
      var broken = conversation
      broken.messages[2].weight = weight
      #expect(throws: AksharaError.self) { try LabelPlan(for: broken, trainOn: .assistant) }
    }
  }
}
