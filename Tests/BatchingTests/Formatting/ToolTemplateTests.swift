import Artifacts
import Conversations
import Testing

@testable import Batching

/// Thinking and tool calls: what is rendered, whose it is, and what of it is trained on.
@Suite struct ToolTemplateTests {
  private let tokenizer = TemplateCases.tokenizer
  private let call: JSONValue = [
    "id": "abcdefghi", "type": "function",
    "function": ["name": "weather", "arguments": ["city": "ಮೈಸೂರು", "days": 2]],
  ]
  private let tools: [JSONValue] = [
    ["type": "function", "function": ["name": "weather", "description": "ಹವಾಮಾನ"]]
  ]

  private var conversation: Conversation {
    Conversation(
      id: "t",
      messages: [
        Message(.user, "?"), Message(.assistant, "", toolCalls: [call]),
        Message(.tool, "\"30°\"", toolCallID: "abcdefghi"), Message(.assistant, "ಬಿಸಿ"),
      ], tools: tools)
  }

  /// The texts that are trained on, one for each run of segments of one kind.
  private func supervised(
    _ name: String, _ conversation: Conversation, thinking: Bool = true, toolCalls: Bool = true
  ) throws -> [String] {
    let plan = try LabelPlan(
      for: conversation, trainOn: .assistant, thinking: thinking, toolCalls: toolCalls)
    let segments = try TemplateCases.template(name).render(conversation, labels: plan).segments
    var runs: [(kind: SegmentKind, text: String)] = []
    for segment in segments where segment.supervised {
      if runs.last?.kind == segment.kind {
        runs[runs.count - 1].text += segment.text
      } else {
        runs.append((segment.kind, segment.text))
      }
    }
    return runs.map { "\($0.kind.rawValue): \($0.text)" }
  }

  @Test func llamaTrainsOnTheCallAndNotOnTheResult() throws {
    let text = try TemplateCases.template("llama3.1").render(conversation, labels: .none).text
    #expect(
      text.hasSuffix(
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
          + #"{"name": "weather", "parameters": {"city": "ಮೈಸೂರು", "days": 2}}<|eot_id|>"#
          + "<|start_header_id|>ipython<|end_header_id|>\n\n"
          + #""\"30°\""<|eot_id|>"#
          + "<|start_header_id|>assistant<|end_header_id|>\n\nಬಿಸಿ<|eot_id|>"))
    #expect(
      try supervised("llama3.1", conversation) == [
        #"tool_call: {"name": "weather", "parameters": {"city": "ಮೈಸೂರು", "days": 2}}"#,
        "end_of_turn: <|eot_id|>", "content: ಬಿಸಿ", "end_of_turn: <|eot_id|>",
      ])
    #expect(
      try supervised("llama3.1", conversation, toolCalls: false) == [
        "end_of_turn: <|eot_id|>", "content: ಬಿಸಿ", "end_of_turn: <|eot_id|>",
      ])
  }

  @Test func nemoWritesItsMarksAsControlTokens() throws {
    let text = try TemplateCases.template("mistral-nemo").render(conversation, labels: .none).text
    #expect(
      text == "<s>[AVAILABLE_TOOLS]["
        + #"{"type": "function", "function": {"name": "weather", "description": "ಹವಾಮಾನ"}}]"#
        + "[/AVAILABLE_TOOLS][INST]?[/INST][TOOL_CALLS]["
        + #"{"name": "weather", "arguments": {"city": "ಮೈಸೂರು", "days": 2}, "id": "abcdefghi"}]</s>"#
        + #"[TOOL_RESULTS]{"content": "30°", "call_id": "abcdefghi"}[/TOOL_RESULTS]ಬಿಸಿ</s>"#)
  }

  @Test func qwenShowsThinkingOfTheLastTurnAlone() throws {
    var two = SampleConversations.dialogue("a", "b", "c", "d")
    two.messages[1].reasoning = "hm"
    two.messages[3].reasoning = "aha"
    let rendered = try TemplateCases.template("qwen3").render(two, labels: .none)
    #expect(
      rendered.text == "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
        + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n<think>\naha\n</think>\n\nd<|im_end|>\n"
    )
    #expect(rendered.changes == [.reasoningLeftOut: 1])
    #expect(
      try supervised("qwen3", two) == [
        "content: b", "end_of_turn: <|im_end|>", "thinking: <think>\naha\n</think>\n\n",
        "content: d", "end_of_turn: <|im_end|>",
      ])
    #expect(
      try supervised("qwen3", two, thinking: false) == [
        "content: b", "end_of_turn: <|im_end|>", "content: d", "end_of_turn: <|im_end|>",
      ])
  }

  @Test func argumentsThatAreTextAlreadyStandAsTheyAre() throws {
    var texted = conversation
    texted.messages[1].toolCalls = [
      ["id": "abcdefghi", "function": ["name": "weather", "arguments": #"{"city":"ಮೈಸೂರು"}"#]]
    ]
    for name in ["llama3.2", "mistral-v3", "qwen2.5", "qwen3"] {
      let text = try TemplateCases.template(name).render(texted, labels: .none).text
      #expect(text.contains(#"{"city":"ಮೈಸೂರು"}"#))
    }
  }

  @Test func whatHasNoFormIsRefusedByName() throws {
    func message(_ name: String, _ change: (inout Conversation) -> Void) throws -> String {
      var broken = conversation
      change(&broken)
      let error = #expect(throws: AksharaError.self) {
        try TemplateCases.template(name).render(broken, labels: .none)
      }
      return error?.message ?? ""
    }
    #expect(
      try message("llama3.1") { $0.messages[1].toolCalls += [call] }.contains(
        "calls 2 tools at once"))
    #expect(
      try message("mistral-nemo") { $0.messages[2].toolCallID = "1" }.contains("whose `id` is `1`"))
    #expect(
      try message("qwen3") { $0.messages[1].toolCalls = [["id": "x"]] }.contains("without a name"))
    #expect(try message("gemma2") { _ in }.contains("no form for the tools"))
    #expect(
      try message("llama3.2") { $0.messages.removeFirst() }.contains("where tools need a user"))
  }

  @Test func aPinnedDayStandsInTheSystemMessage() throws {
    let date = try #require(TemplateDate("2025-03-09"))
    let template = try TemplateCatalog.template(named: "llama3.2", for: tokenizer, date: date)
    let rendered = try template.render(SampleConversations.dialogue("a", "b"), labels: .none)
    #expect(
      rendered.text.hasPrefix(
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: "
          + "December 2023\nToday Date: 09 Mar 2025\n\n<|eot_id|>"))
    #expect(template.jinja.contains("set date_string = '09 Mar 2025'"))
    for text in ["2025-02-29", "2025-13-01", "25-01-01", "2025-1-1", "", "2025-03-09 "] {
      #expect(TemplateDate(text) == nil)
    }
    #expect(TemplateDate("2024-02-29")?.dayMonthYear == "29 Feb 2024")
  }

  @Test func aCallWithoutATemplateSaysWhichOnesFit() {
    let llama = ToyTokenizer(specials: [
      "<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>",
      "<|start_header_id|>", "<|end_header_id|>",
    ])
    #expect(
      TemplateCatalog.suggestions(for: llama) == ["llama3", "llama3.1", "llama3.2", "llama3.3"])
    #expect("\(TemplateCatalog.missingName(for: llama))".contains("are those of llama3, llama3.1"))
    let plain = ToyTokenizer(specials: ["<s>", "</s>"])
    #expect(TemplateCatalog.suggestions(for: plain).isEmpty)
    #expect("\(TemplateCatalog.missingName(for: plain))".contains("a template of plain text"))
  }
}
