import Artifacts
import Conversations
import Fixtures
import Testing
import Tokenization

@testable import Batching

/// Where answers end: in front of the next message, at once in the next answer, or nowhere.
@Suite struct LateEndTests {
  private let folder = TemporaryFolder()

  /// As Jamba's: what ends a message stands in front of the next one, or at the end.
  private static func late(_ space: String = "", call: String = "</call>") -> String {
    "{% for m in messages %}{% if not loop.first %}{{ '\(space)<|im_end|>' }}{% endif %}"
      + "{{ '<|im_start|>' + m.role + '\\n' + (m.content or '') }}"
      + "{% if m.tool_calls %}{{ m.tool_calls[0].function.name + '\(call)' }}{% endif %}{% endfor %}"
      + "{{ '\(space)<|im_end|>' }}"
      + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
  }

  private static let call = Conversation(
    id: "calls",
    messages: [
      Message(.user, "ಕ"), ProbeConversations.call, ProbeConversations.result,
      Message(.assistant, "b"),
    ], tools: [ProbeConversations.tool])

  private static func twoAnswers(_ first: String = "b") -> Conversation {
    Conversation(
      id: "two",
      messages: [Message(.user, "a"), Message(.assistant, .text(first)), Message(.assistant, "c")])
  }

  private func set(_ template: String, _ conversations: [Conversation]) throws -> ShardSet {
    try AtomicFile.write(Array(template.utf8), to: folder.file("x.jinja"))
    return try ShardFolder(conversations, FormatOptions(templates: [folder.file("x.jinja")])).open()
  }

  /// What is trained on in each row, stretch by stretch.
  private func supervised(_ template: String, _ conversation: Conversation) throws -> [String] {
    let template = try JinjaFixture().template(template)
    let plan = try LabelPlan(for: conversation, trainOn: .assistant)
    return try template.render(conversation, labels: plan).segments
      .split { !$0.supervised }.map { $0.map(\.text).joined() }
  }

  @Test func whatFollowsAnAnswerAtOnceIsItsEnd() throws {
    let turns = SampleConversations.dialogue("in", "ಕ", "x", "y")
    #expect(try supervised(Self.late(), Self.call) == ["f</call><|im_end|>", "b<|im_end|>"])
    #expect(try supervised(Self.late(), turns) == ["ಕ<|im_end|>", "y<|im_end|>"])
    #expect(try supervised(Self.late(), Self.twoAnswers()) == ["b<|im_end|>", "c<|im_end|>"])
    // An answer without a word has its end, too.
    #expect(
      try supervised(Self.late(), Self.twoAnswers("")) == ["<|im_end|>", "c<|im_end|>"])
    // White space before the end is what the model writes.
    #expect(try supervised(Self.late("\\n"), turns) == ["ಕ\n<|im_end|>", "y\n<|im_end|>"])
    // A mark that is a control token ends a call, but not the answer.
    #expect(
      try supervised(Self.late(call: "<|eot_id|>"), Self.call)
        == ["f<|eot_id|><|im_end|>", "b<|im_end|>"])
  }

  @Test func setsOfSuchRowsAreProven() throws {
    let rows = [Self.call, Self.twoAnswers(), SampleConversations.dialogue("a", "b", "c", "d")]
    for template in [Self.late(), Self.late("\\n"), Self.late(call: "<|eot_id|>")] {
      let manifest = try set(template, rows).manifest
      #expect(manifest.templates.map(\.continuesTurns) == [false])
      #expect(manifest.templates.map(\.otherEndTokens) == [[]])
      #expect(manifest.proof?.holds == true, "\(String(describing: manifest.proof))")
    }
  }

  /// Whatever a manifest says, an answer has no end only where the next one's text follows it.
  @Test func anAnswerWithoutAnEndBeforeAHeaderIsAFault() throws {
    let options = FormatOptions(templates: ["chatml"])
    let maker = try SampleMaker(options, tokenizer: ToyTokenizer())
    var sample = try #require(try maker.make(Self.twoAnswers()).samples.first)
    let end = try #require(
      sample.spans.firstIndex { $0.message == 1 && $0.kind == .endOfTurn })
    sample.spans[end].kind = .separator
    sample.spans[end].supervised = false
    for token in sample.spans[end].tokens { sample.labels[token] = ignoreIndex }
    let set = try ShardFolder(records: [ShardRecord(sample: sample)], options).open()
    var manifest = set.manifest
    manifest.templates[0].continuesTurns = true
    let faults = set.batches(.train).flatMap {
      RowChecker(manifest, tokenizer: ToyTokenizer()).check($0).faults
    }
    #expect(faults.map(\.finding.fault) == [.unsupervisedEndOfTurn])
  }

  @Test func anAnswerGoesOnOnlyWhereTheNextOnesTextFollows() throws {
    // Nothing ends an answer but the last one of several; `header` stands before each.
    func template(_ header: String) -> String {
      "{% for m in messages %}{% if m.role == 'assistant' and not loop.first "
        + "and loop.previtem.role == 'assistant' %}{{ '\(header)' }}{% else %}"
        + "{{ '<|im_start|>' + m.role + '\\n' }}{% endif %}{{ m.content }}"
        + "{% if loop.last or m.role == 'user' or loop.nextitem.role == 'user' %}{{ '<|im_end|>' }}"
        + "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    }
    #expect(try supervised(template(""), Self.twoAnswers()) == ["bc<|im_end|>"])
    let error = #expect(throws: AksharaError.self) {
      try supervised(template("<|im_start|>assistant\\n"), Self.twoAnswers())
    }
    #expect(error?.message.contains("message 2 of conversation `two` has no end") == true)
  }

  /// As TRL's training template for DiffusionGemma: behind a call that is marked as the model's stands its
  /// result, then another header.
  @Test func marksBeforeAResultCloseWithTheEndOfTheCall() throws {
    func template(_ close: String) -> String {
      "{% for m in messages %}{% if m.role == 'assistant' %}{{ '<|im_start|>assistant\\n' }}"
        + "{% generation %}{% if m.tool_calls %}{{ m.tool_calls[0].function.name + '\(close)' }}"
        + "{% endif %}{% endgeneration %}"
        + "{% if loop.nextitem is defined and loop.nextitem.role == 'tool' %}"
        + "{{ '<|start_header_id|>' + loop.nextitem.content + '<|end_header_id|>' }}"
        + "{% generation %}{{ m.content }}{% endgeneration %}{% else %}"
        + "{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% endif %}"
        + "{% elif m.role != 'tool' %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}"
        + "{% endif %}{% endfor %}"
    }
    let proven = template("<|eot_id|>")
    #expect(try supervised(proven, Self.call) == ["f<|eot_id|>", "b<|im_end|>"])
    let manifest = try set(proven, [Self.call]).manifest
    #expect(manifest.templates.map(\.otherEndTokens) == [["<|eot_id|>"]])
    #expect(manifest.proof?.holds == true, "\(String(describing: manifest.proof))")
    #expect(throws: AksharaError.self) { try supervised(template(";"), Self.call) }
  }

  /// A control token that ends no answer of a small conversation ends no other either, as what
  /// stands behind a call of LFM 2.5's where the message has no `content`.
  @Test(arguments: [true, false])
  func aMarkThatEndsNoAnswerIsNoEnd(isMarked: Bool) throws {
    let (open, close) = isMarked ? ("{% generation %}", "{% endgeneration %}") : ("", "")
    let template =
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}"
      + "{% if m.role == 'assistant' %}\(open){% if m.tool_calls %}{{ m.tool_calls[0].function.name "
      + "+ '<|eot_id|>' }}{% endif %}{% if m.content is defined %}{{ m.content + '<|im_end|>' }}"
      + "{% endif %}\(close){% else %}{{ m.content + '<|im_end|>' }}{% endif %}{% endfor %}"
      + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    #expect(try supervised(template, Self.call) == ["f<|eot_id|><|im_end|>", "b<|im_end|>"])
    let call = #""tool_calls":[{"type":"function","function":{"name":"f","arguments":{}}}]"#
    let json = #"{"role":"user","content":"a"},{"role":"assistant",\#(call)}"#
    let silent = try Conversation(
      json: JSONValue(parsing: #"{"id":"s","messages":[\#(json)]}"#))
    let error = #expect(throws: AksharaError.self) { try supervised(template, silent) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("message 2 of conversation `s` has no end") == true)
  }
}
