import Artifacts
import Conversations
import Testing

@testable import Curation

@Suite struct FilterTests {
  @Test(arguments: [
    ("q", "", "empty_answer"), ("q", " \n\u{A0}", "empty_answer"),
    ("q", "\u{200D}\u{FEFF}", "empty_answer"),
    ("", "a", "empty_prompt"), (" ", "a", "empty_prompt"), ("", "", "empty_prompt"),
  ])
  func nothingAskedOrAnswered(question: String, answer: String, reason: String) throws {
    #expect(try CurationCase([.pair(question, answer)]).reasons == [reason])
    #expect(try CurationCase([.pair(question, answer)]) { $0.dropEmpty = false }.kept.count == 1)
  }

  @Test func aConversationWithoutAnswerIsEmptyAndOneWithoutQuestionIsNot() throws {
    let result = try CurationCase([
      Conversation(id: "", messages: [Message(.user, "q")]),
      Conversation(id: "", messages: [Message(.assistant, "ಪದ್ಯ")]),
      Conversation(
        id: "", messages: [Message(.user, "q"), Message(.assistant, "a", supervised: false)]),
      Conversation(
        id: "", messages: [Message(.user, "q"), Message(.assistant, "", toolCalls: [["id": "1"]])]),
      Conversation(
        id: "",
        messages: [
          Message(.user, "q"), Message(.assistant, "", supervised: false), Message(.user, "r"),
          Message(.assistant, "a"),
        ]),
    ])
    #expect(result.reasons == ["unanswered_prompt", "empty_answer"])
    #expect(result.kept.map(\.id) == ["2", "4", "5"])
    #expect(result.dropped[1]["detail"] == "no message is an answer to learn from")
  }

  @Test func questionsThatNobodyAnswers() throws {
    let question = Message(.user, "q")
    let answer = Message(.assistant, "a")
    let result = try CurationCase([
      Conversation(id: "", messages: [question]),
      Conversation(id: "", messages: [Message(.system, "s"), question, question]),
      Conversation(id: "", messages: [answer, question]),
      Conversation(id: "", messages: [question, answer, Message(.user, "r")]),
      Conversation(id: "", messages: [question, answer]),
    ])
    #expect(result.reasons == ["unanswered_prompt", "unanswered_prompt", "unanswered_prompt"])
    #expect(
      result.dropped[1]["detail"] == "no assistant message follows message 2, a question")
    #expect(result.kept.map(\.messages.count) == [3, 2])
    #expect(result.report.endingUnanswered == 1)
    #expect(result.report.json["ending_unanswered"] == 1)
    #expect(result.report.summary.hasSuffix("; 1 end with an unanswered question"))
  }

  @Test(
    arguments: [
      ("ನೀರು?", "ನೀರು ಜೀವ.", nil), ("ನೀರು?", "Water.", nil), ("Water?", "నీరు.", nil),
      ("ನೀರು?", "నీరు.", "wrong_script"),  // asked in Kannada, answered in Telugu
      ("\"నీరు\" ಪದದ ಅರ್ಥವೇನು?", "నీరు అంటే నీళ్ళు.", nil),  // the question has Telugu letters
      ("Water?", "நீர்.", "wrong_script"), ("ನೀರು?", "पानी।", "wrong_script"),
      ("ನೀರು?", "१२।", nil), ("ನೀರು?", "42", nil),  // no letters
      ("ನೀರು?", "ನೀರು ಎಂದರೆ पानी", nil),  // mostly Kannada
      ("ನೀರು?", "ಅದು पानी पानी पानी", "wrong_script"),
    ] as [(String, String, String?)])
  func answersInTheWrongScript(question: String, answer: String, reason: String?) throws {
    #expect(try CurationCase([.pair(question, answer)]).reasons == [reason].filter { $0 != nil })
    #expect(try CurationCase([.pair(question, answer)]) { $0.scripts = [] }.kept.count == 1)
  }

  @Test func dandasAndJoinersBelongToNoScript() throws {
    let result = try CurationCase([
      .pair("ಪದ್ಯ", "ಕ್\u{200C}ಷ।।।।।।।।"), .pair("పద్యం", "క్\u{200D}ష॥॥॥॥॥"),
    ])
    #expect(result.kept.count == 2)
  }

  @Test func answersThatAreTooShort() throws {
    let result = try CurationCase([.pair("q", "  ಕಾ  "), .pair("q", "ಕಾಯಿ")]) { $0.minCharacters = 3 }
    #expect(result.reasons == ["too_short"])
    #expect(
      result.dropped[0]["detail"] == "the answers have 2 characters together, less than 3")
  }

  @Test func brokenRecordsAreDroppedWithTheirLine() throws {
    let good = #"{"id":"a","messages":[{"role":"assistant","content":"x"}]}"#
    let result = try CurationCase(
      lines: good + "\n{\"id\":\n" + #"{"id":"b","messages":[{"role":"narrator","content":"x"}]}"#)
    #expect(result.reasons == ["broken_record", "broken_record"])
    #expect(result.dropped.map { $0["line"]?.integer } == [2, 3])
    #expect(result.dropped[0]["row"] == "{\"id\":")
    #expect(
      result.dropped[1]["detail"]
        == "message 1 has the role \"narrator\"; use system, user, assistant or tool")
    #expect(result.report.read == 3)
  }

  @Test func aFileOfSomethingElseIsAnError() throws {
    let error = #expect(throws: AksharaError.self) {
      try CurationCase(lines: #"{"instruction":"a","response":"b"}"#)
    }
    #expect(error?.location?.line == 1)
    #expect(
      error?.message == "no line is a conversation; the first: the record has no `id`")
    #expect(error?.remedy == "import the file first, with `akshara import`")
  }
}
