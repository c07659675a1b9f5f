import Artifacts
import Testing

@testable import Conversations

@Suite struct InstructionImportTests {
  @Test func dollyRowsBecomeAQuestionAndAnAnswer() throws {
    let result = try ImportCase(
      .dolly, "rows.jsonl",
      """
      {"instruction":"ಯಾರು?","context":"ಪಠ್ಯ","response":"ಅವನು.","category":"closed_qa"}
      {"instruction":"Who?","context":"","response":"","category":"open_qa"}
      """
    ) { options in
      options.licence = "CC-BY-SA-3.0"
      options.tags = ["dolly"]
    }
    let first = result.conversations[0]
    #expect(first.id == "rows-1")
    #expect(
      first.messages == [
        Message(.user, Content(texts: ["ಯಾರು?", "\n\nಪಠ್ಯ"])), Message(.assistant, "ಅವನು."),
      ])
    #expect(first.messages[0].content.text == "ಯಾರು?\n\nಪಠ್ಯ")
    #expect(first.tags == ["dolly", "closed_qa"])
    #expect(first.language == "kn")
    #expect(first.provenance?.source == "rows.jsonl")
    #expect(first.provenance?.licence == "CC-BY-SA-3.0")
    #expect(first.provenance?.record == 1)
    #expect(first.provenance?.digest != nil)
    #expect(result.conversations[1].messages == [Message(.user, "Who?"), Message(.assistant, "")])
    #expect(result.conversations[1].language == "en")
    #expect(
      result.report.json.compactString
        == #"{"kind":"dolly","read":2,"imported":2,"quarantined":0,"conversations":2,"reasons":{},"control_token_texts":0,"ignored_columns":{},"left_out":{},"empty_files":[]}"#
    )
  }

  @Test func alpacaRowsAreReadFromAnArray() throws {
    let result = try ImportCase(
      .alpaca, "rows.json",
      """
      [
        {"instruction": "Add, please: [1, 2]", "input": " ", "output": "3"},
        {"instruction": "\\"}", "output": "ఔను"}
      ]
      """)
    #expect(result.conversations.map(\.messages[0].content.text) == ["Add, please: [1, 2]", "\"}"])
    #expect(result.conversations.map(\.language) == ["en", "te"])
  }

  @Test func badRowsAreSetAsideWithPlaceAndReason() throws {
    let result = try ImportCase(
      .dolly, "rows.jsonl",
      """
      {"instruction":"a","response":"b"}
      {"instruction":"a","respo
      {"instruction":"a"}
      {"instruction":"a","response":7}
      [1]
      {"instruction":null,"response":"b"}
      """)
    #expect(result.report.read == 6)
    #expect(result.report.imported == 1)
    #expect(
      result.quarantine.map { $0["reason"]?.string } == [
        "invalid_json", "missing_field", "wrong_type", "wrong_type", "missing_field",
      ])
    #expect(result.quarantine.map { $0["line"]?.integer } == [2, 3, 4, 5, 6])
    #expect(result.quarantine[0]["offset"] == 35)
    #expect(result.quarantine[0]["file"] == "rows.jsonl")
    #expect(result.quarantine[0]["row"] == #"{"instruction":"a","respo"#)
    #expect(result.quarantine[1]["detail"] == "the row has no `response`; add `response`")
  }

  @Test func oneBadRowTooManyStopsWithTheFirst() throws {
    let text = "{\"instruction\":\"a\",\"response\":\"b\"}\n{\"x\":1}\n{}\n{}\n"
    let strict = #expect(throws: AksharaError.self) {
      try ImportCase(.dolly, "rows.jsonl", text) { $0.maxBadRows = 0 }
    }
    #expect(
      strict?.description
        == "rows.jsonl:2: the row has no `instruction`; add `instruction`, or set broken rows aside with `--quarantine FILE`, or allow some with `--max-bad-rows N` (`max_bad_rows` in a recipe)"
    )
    let two = #expect(throws: AksharaError.self) {
      try ImportCase(.dolly, "rows.jsonl", text) { $0.maxBadRows = 2 }
    }
    #expect(two?.location?.line == 2)
    #expect(two?.message.hasSuffix("(the first of 3 bad rows, more than 2)") == true)
    #expect(
      try ImportCase(.dolly, "rows.jsonl", text) { $0.maxBadRows = 3 }.report.quarantined == 3)
  }

  @Test func columnsCanBeMappedByHand() throws {
    let result = try ImportCase(.alpaca, "a.jsonl", #"{"prompt":"p","completion":"c"}"#) {
      $0.columns = ["instruction": "prompt", "output": "completion"]
    }
    #expect(result.conversations[0].messages == [Message(.user, "p"), Message(.assistant, "c")])
  }

  @Test func theLimitCountsRecordsRead() throws {
    let row = "{\"instruction\":\"a\",\"response\":\"b\"}\n"
    let result = try ImportCase(.dolly, files: [("a.jsonl", row + row), ("b.jsonl", row + row)]) {
      $0.limit = 3
    }
    #expect(result.conversations.map(\.id) == ["a-1", "a-2", "b-1"])
  }

  @Test func textThatLooksLikeAControlTokenIsKeptAndCounted() throws {
    let result = try ImportCase(
      .text, "a.txt", "a <|eot_id|> b\n[INST] x\n<s>\nx < y | z > w\n<||>\n[1]\n")
    #expect(result.report.controlTokenTexts == 3)
    #expect(result.conversations[0].messages[0].content.text == "a <|eot_id|> b")
  }

  @Test func aSystemPromptIsPutBeforeConversationsThatHaveNone() throws {
    let result = try ImportCase(.alpaca, "a.jsonl", #"{"instruction":"a","output":"b"}"#) {
      $0.systemPrompt = "ನೀನು ಸಹಾಯಕ."
    }
    #expect(result.conversations[0].messages.map(\.role) == [.system, .user, .assistant])
  }
}
