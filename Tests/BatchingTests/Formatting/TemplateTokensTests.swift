import Artifacts
import Conversations
import Fixtures
import Testing

@testable import Batching

/// The begin token of a template, which the proof looks for in front of every row.
@Suite struct TemplateTokensTests {
  private let folder = TemporaryFolder()

  private static let body =
    "{{ m.content + '<|im_end|>' }}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant' }}{% endif %}"

  private static let late = Conversation(
    id: "late",
    messages: [
      Message(.user, "a"), Message(.assistant, "b"), Message(.system, "s"), Message(.user, "c"),
      Message(.assistant, "d"),
    ])
  private static let answerFirst = Conversation(
    id: "first",
    messages: [Message(.assistant, "a"), Message(.user, "b"), Message(.assistant, "c")])

  /// The set of some conversations, with `<|begin_of_text|>` for `bos_token`.
  private func set(_ template: String, _ conversations: [Conversation]) throws -> ShardSet {
    try AtomicFile.write(Array(template.utf8), to: folder.file("m/chat_template.jinja"))
    try AtomicFile.write(
      Array(#"{"bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>"}"#.utf8),
      to: folder.file("m/tokenizer_config.json"))
    return try ShardFolder(conversations, FormatOptions(templates: [folder.file("m")])).open()
  }

  /// EXAONE 3 and Moonlight open every conversation with a system message, given or not.
  @Test func whatOpensASystemMessageIsNoBeginToken() throws {
    let template =
      "{% for m in messages %}{% if loop.first and m.role != 'system' %}"
      + "{{ '<|eot_id|><|im_end|>' }}{% endif %}"
      + "{{ '<|eot_id|>' if m.role == 'system' else '<|im_start|>' + m.role }}" + Self.body
    let set = try set(template, [Self.late, SampleConversations.dialogue("a", "b", system: "s")])
    #expect(set.manifest.templates.map(\.beginToken) == [nil])
    #expect(set.manifest.proof?.holds == true, "\(String(describing: set.manifest.proof))")
  }

  /// InternLM 2 and Zephyr Gemma open only with a question or a system message.
  @Test func anAnswerInFrontNeedsNoBeginToken() throws {
    let template =
      "{% if messages[0].role != 'assistant' %}{{ bos_token }}{% endif %}"
      + "{% for m in messages %}{{ '<|im_start|>' + m.role }}" + Self.body
    let set = try set(template, [Self.answerFirst, Self.late])
    #expect(set.manifest.templates.map(\.beginToken) == ["<|begin_of_text|>"])
    #expect(set.manifest.proof?.holds == true, "\(String(describing: set.manifest.proof))")
  }

  @Test func aBeginTokenThatStandsTwiceOrIsMissingIsAFault() throws {
    let template =
      "{% if messages[0].content != 'no' %}{{ bos_token }}{% endif %}"
      + "{% for m in messages %}{{ bos_token if m.content == 'twice' else '' }}"
      + "{{ '<|im_start|>' + m.role }}" + Self.body
    for text in ["no", "twice"] {
      let proof = try set(template, [SampleConversations.dialogue(text, "b")]).manifest.proof
      #expect(proof?.faults[.misplacedBeginToken] == 1, "\(text)")
    }
  }
}
