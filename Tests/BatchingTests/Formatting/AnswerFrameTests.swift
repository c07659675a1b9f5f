import Artifacts
import Conversations
import Testing

@testable import Batching

/// Where the prompt for an answer ends and the answer begins.
@Suite struct AnswerFrameTests {
  private func supervised(
    _ template: String, _ conversation: Conversation, end: TrainOnEOS = .turn
  ) throws -> [String] {
    let plan = try LabelPlan(for: conversation, trainOn: .assistant, trainOnEOS: end)
    return try JinjaFixture().template(template).render(conversation, labels: plan).segments
      .split { !$0.supervised }.map { $0.map(\.text).joined() }
  }

  /// Qwen 1.5's: the last message has no end unless a prompt follows, so the prompt begins with it.
  @Test func aPromptMayBeginInFrontOfTheAnswersHeader() throws {
    let template =
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content }}"
      + "{% if not loop.last or add_generation_prompt %}{{ '<|im_end|>\\n' }}{% endif %}{% endfor %}"
      + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    let conversation = SampleConversations.dialogue("in", "ಕ", "x", "y", system: "s")
    #expect(try supervised(template, conversation, end: .none) == ["ಕ", "y"])
  }

  /// Command A's: no prompt is written where none is asked for, and marks begin with the same letters.
  @Test func headersPartBetweenTokens() throws {
    let template =
      "{% for m in messages %}{{ '<|im_start|>' }}{% if m.tool_calls %}"
      + "{{ '<|start_header_id|>' + m.tool_calls[0].function.name }}{% elif m.role == 'assistant' %}"
      + "{{ '<|im_end|>' + m.content }}{% else %}{{ m.role + m.content }}{% endif %}{{ '<|eot_id|>' }}"
      + "{% endfor %}"
    let conversation = Conversation(
      id: "calls", messages: [Message(.user, "ಕ"), ProbeConversations.call],
      tools: [ProbeConversations.tool])
    #expect(try supervised(template, conversation) == ["<|start_header_id|>f<|eot_id|>"])
  }

  /// Unsloth's Gemma takes the message behind a system message into one turn with it, so that it
  /// cannot render a system message alone.
  @Test func aTemplateMayRefuseTheBeginningOfWhatItRenders() throws {
    let template =
      "{% if messages[0].role == 'system' %}{{ '<|im_start|>user\\n' + messages[0].content + ' ' "
      + "+ messages[1].content + '<|im_end|>' }}{% set messages = messages[2:] %}{% endif %}"
      + "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}"
      + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    let system = Message(.system, "s")
    let answers = [Message(.assistant, "a"), Message(.user, "b"), Message(.assistant, "c")]
    #expect(
      try supervised(
        template, Conversation(id: "q", messages: [system, Message(.user, "u"), answers[0]]))
        == ["a<|im_end|>"])
    let error = #expect(throws: AksharaError.self) {
      try supervised(template, Conversation(id: "x", messages: [system] + answers))
    }
    #expect(error?.message.contains("begins with what no prompt for an answer has") == true)
  }

  /// A template that knows texts alone prints typed parts as Python does.
  @Test func typedPartsThatArePrintedAreCounted() throws {
    let template = try JinjaFixture().template(
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{{ m.content }}{{ '<|im_end|>' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
    var conversation = SampleConversations.dialogue("a", "b")
    for role in [0, 1] {
      conversation.messages[role].content = .parts([
        ["type": "text", "text": "it's\n\"ಕ\""], ["type": "text", "text": "x"],
      ])
      let rendered = try template.render(conversation, labels: .none)
      #expect(rendered.changes[.printedParts] == role + 1)
    }
    // What looks like it in a text is a text.
    let text = SampleConversations.dialogue("a", "[{'type': 'text', 'text': 'x'}]")
    #expect(try template.render(text, labels: .none).changes[.printedParts] == nil)
  }

  @Test func whoeverPrintsPartsIsWarned() throws {
    var manifest = try ShardFolder([SampleConversations.dialogue("a", "b")]).open().manifest
    #expect(manifest.warning == nil)
    manifest.splits[0].counts.changes["printed_parts"] = 2
    #expect(manifest.warning?.contains("the typed parts of 2 messages") == true)
  }
}
