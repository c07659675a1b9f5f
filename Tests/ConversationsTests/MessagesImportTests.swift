import Artifacts
import Testing

@testable import Conversations

@Suite struct MessagesImportTests {
  private func messages(_ row: String) throws -> [Message] {
    try ImportCase(.messages, "a.jsonl", row).conversations.first?.messages ?? []
  }

  @Test func openAIRowsWithWeights() throws {
    let row = """
      {"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"},\
      {"role":"assistant","content":"a","weight":0},{"role":"user","content":"u"},\
      {"role":"assistant","content":"b","weight":1},{"role":"assistant","content":"c","weight":0.5}]}
      """
    let list = try messages(row)
    #expect(list.map(\.supervised) == [nil, nil, false, nil, nil, nil])
    #expect(list.map(\.weight) == [nil, nil, nil, nil, nil, 0.5])
  }

  @Test func shareGPTRows() throws {
    let row = """
      {"id":"x","conversations":[{"from":"system","value":"s"},{"from":"human","value":"h"},\
      {"from":"gpt","value":"g"},{"from":"tool","value":"t"}]}
      """
    #expect(
      try messages(row) == [
        Message(.system, "s"), Message(.user, "h"), Message(.assistant, "g"), Message(.tool, "t"),
      ])
  }

  @Test func theKannadaSetHasOpenAIKeysInTheOtherColumn() throws {
    let row =
      #"{"conversations":[{"content":"ಕ","role":"user"},{"content":"ಖ","role":"assistant"}],"text":"<|x|>"}"#
    #expect(try messages(row) == [Message(.user, "ಕ"), Message(.assistant, "ಖ")])
  }

  @Test func aRowMayBeABareList() throws {
    let text = #"[ [{"role": "user", "content": "a"}], [{"role":"user","content":"b"}] ]"#
    let result = try ImportCase(.messages, "a.json", text)
    #expect(result.conversations.map { $0.messages[0].content.text } == ["a", "b"])
    let lines = try ImportCase(
      .auto, "b.json",
      #"[{"role":"user","content":"a"}]"# + "\n" + #"[{"role":"user","content":"b"}]"#)
    #expect(lines.report.kind == .messages)
    #expect(lines.report.read == 2)
  }

  @Test func toolCallsNeedNoContent() throws {
    let row =
      #"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}],"tools":[{"type":"function"}]}"#
    let conversation = try ImportCase(.messages, "a.jsonl", row).conversations[0]
    #expect(conversation.messages[0].toolCalls == [["id": "1"]])
    #expect(conversation.tools == [["type": "function"]])
  }

  @Test(arguments: [
    (#"{"messages":[]}"#, "empty_messages"), (#"{"x":1}"#, "missing_field"),
    (#"{"messages":"a"}"#, "wrong_type"), (#"{"messages":[{"role":"user"}]}"#, "missing_field"),
    (#"{"messages":[{"content":"x"}]}"#, "missing_field"),
    (#"{"messages":[{"role":"narrator","content":"x"}]}"#, "unknown_role"),
    (#"{"messages":[{"role":"user","content":7}]}"#, "wrong_type"),
    (#"{"messages":["x"]}"#, "wrong_type"), (#""x""#, "wrong_type"),
    (#"{"messages":[{"role":"assistant","content":"x","weight":-1}]}"#, "invalid_value"),
  ])
  func faultsHaveStableReasons(row: String, reason: String) throws {
    let result = try ImportCase(.messages, "a.jsonl", row)
    #expect(result.quarantine.map { $0["reason"]?.string } == [reason])
  }

  @Test func ourOwnRecordsAreTakenOver() throws {
    let row =
      #"{"id":"x","messages":[{"role":"user","content":"u"}],"group":"g","split":"test","tags":["t"]}"#
    let result = try ImportCase(
      .auto, "a.jsonl",
      row + "\n" + #"{"id":"y","messages":[{"role":"user","content":"u","nmae":"z"}],"group":"g"}"#)
    #expect(result.report.kind == .conversations)
    #expect(result.conversations[0].id == "x")
    #expect(result.conversations[0].group == "g")
    #expect(result.conversations[0].split == .test)
    #expect(result.quarantine[0]["reason"] == "unknown_key")
  }
}
