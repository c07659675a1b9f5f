import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct PreferenceImportTests {
  private let question = Message(.user, "q")

  @Test(arguments: [
    // LLaMA-Factory's ShareGPT pairs
    #"{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}"#,
    // TRL's standard and conversational pairs, with and without a prompt of their own
    #"{"prompt":"q","chosen":"a","rejected":"b"}"#,
    #"{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}]}"#,
    #"{"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}"#,
    // the whole conversation, and lists that repeat it
    #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}"#,
    #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"chosen":"a","rejected":"b"}"#,
    #"{"messages":[{"role":"user","content":"q"}],"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}"#,
  ])
  func pairsAreOneConversationWithARejectedAnswer(row: String) throws {
    for kind in [ImportKind.preference, .messages, .auto] {
      let result = try ImportCase(kind, "a.jsonl", row)
      #expect(result.report.kind == (kind == .auto ? .preference : kind))
      #expect(result.conversations.map(\.messages) == [[question, Message(.assistant, "a")]])
      #expect(result.conversations.map(\.rejected) == [[Message(.assistant, "b")]])
      #expect(result.report.ignoredColumns.isEmpty)
    }
  }

  @Test func answersMayCallTools() throws {
    let row =
      #"{"prompt":"q","chosen":[{"role":"assistant","tool_calls":[{"id":"1"}]},{"role":"tool","content":"t"},{"role":"assistant","content":"a"}],"rejected":"b"}"#
    let conversation = try ImportCase(.messages, "a.jsonl", row).conversations[0]
    #expect(conversation.messages.map(\.role) == [.user, .assistant, .tool, .assistant])
  }

  @Test(arguments: [
    (#"{"prompt":"q","chosen":"a"}"#, "missing_field", "the row has `chosen`, but no `rejected`"),
    (
      #"{"prompt":"q","rejected":"b","chosen":null}"#, "missing_field",
      "the row has `rejected`, but no `chosen`"
    ),
    (
      #"{"chosen":"a","rejected":"b"}"#, "missing_field",
      "the row has `chosen` and `rejected`, but nothing that was asked"
    ),
    (
      #"{"prompt":"q","chosen":{"role":"user","content":"a"},"rejected":"b"}"#, "invalid_value",
      "`chosen` does not end with an assistant message of its own"
    ),
    (
      #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}],"chosen":"a","rejected":"b"}"#,
      "invalid_value", "what was asked ends with an answer that is not `chosen`"
    ),
    (
      #"{"prompt":"q","chosen":[{"role":"assistant","content":"a"},{"role":"user","content":"r"},{"role":"assistant","content":"c"}],"rejected":"b"}"#,
      "invalid_value", "`chosen` and `rejected` part before their last turn"
    ),
    (#"{"prompt":"q","chosen":[],"rejected":"b"}"#, "empty_messages", "`chosen` is an empty list"),
    (#"{"prompt":"q","chosen":3,"rejected":"b"}"#, "wrong_type", "`chosen` is `3`"),
  ])
  func otherPairsAreSetAside(row: String, reason: String, detail: String) throws {
    let result = try ImportCase(.messages, "a.jsonl", row)
    #expect(result.report.imported == 0)
    #expect(result.quarantine.map { $0["reason"]?.string } == [reason])
    #expect(result.quarantine.first?["detail"]?.string?.hasPrefix(detail) == true)
  }

  @Test func columnsMayBeMapped() throws {
    let row = #"{"instruction":"q","chosen":"a","reject":"b"}"#
    let result = try ImportCase(.messages, "a.jsonl", row) {
      $0.columns = ["prompt": "instruction", "rejected": "reject"]
    }
    #expect(result.conversations.first?.rejected == [Message(.assistant, "b")])
  }

  @Test func everyPairOfTheSharedSetKeepsBothAnswers() throws {
    guard let file = RepositoryPaths.shared("data/llamafactory_demo/dpo_en_demo.json.gz") else {
      return
    }
    let result = try ImportCase(.auto, paths: [file]) { $0.maxBadRows = 0 }
    #expect(result.conversations.count == 300)
    for conversation in result.conversations {
      #expect(conversation.messages.last?.role == .assistant)
      #expect(conversation.rejected?.last?.role == .assistant)
    }
  }
}
