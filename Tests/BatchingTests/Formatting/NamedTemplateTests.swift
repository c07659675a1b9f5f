import Artifacts
import Conversations
import Fixtures
import Testing

@testable import Batching

/// Folders with several chat templates, and templates that do not go with a tokenizer.
@Suite struct NamedTemplateTests {
  private let folder = TemporaryFolder()
  private let tokenizer = ToyTokenizer()

  private func template(_ mark: String) -> String {
    "{% for m in messages %}{{ '<|im_start|>\(mark):' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
      + "{% endfor %}"
  }

  /// A folder whose `tokenizer_config.json` holds a list of templates.
  private func listed() throws -> String {
    let list: [JSONValue] = ["default", "tool_use", "rag"].map {
      ["name": .string($0), "template": .string(template($0))]
    }
    try AtomicFile.write(
      (["eos_token": "<|im_end|>", "chat_template": .array(list)] as JSONValue).pretty,
      to: folder.file("listed/tokenizer_config.json"))
    return folder.file("listed")
  }

  /// A folder with a file for each template, as transformers 5 saves them.
  private func inFiles() throws -> String {
    try AtomicFile.write(
      (["eos_token": "<|im_end|>"] as JSONValue).pretty,
      to: folder.file("files/tokenizer_config.json"))
    for (name, mark) in [
      ("chat_template", "default"), ("additional_chat_templates/tool_use", "tool_use"),
      ("additional_chat_templates/rag", "rag"),
    ] {
      try AtomicFile.write(Array(template(mark).utf8), to: folder.file("files/\(name).jinja"))
    }
    return folder.file("files")
  }

  /// The text of a conversation's row, and the template's name.
  private func row(_ option: String, tools: [JSONValue] = []) throws -> (text: String, name: String)
  {
    var conversation = SampleConversations.dialogue("a", "b")
    conversation.tools = tools
    let maker = try SampleMaker(FormatOptions(templates: [option]), tokenizer: tokenizer)
    let sample = try #require(try maker.make(conversation).sample)
    return (sample.text, sample.template)
  }

  @Test func aNameChoosesOneOfSeveral() throws {
    for place in [try listed(), try inFiles()] {
      #expect(try row(place).text.hasPrefix("<|im_start|>default:user"))
      #expect(try row("\(place):rag").text.hasPrefix("<|im_start|>rag:user"))
      #expect(try row("\(place):rag").name.hasSuffix(":rag"))
      #expect(try row("\(place):default").text.hasPrefix("<|im_start|>default:user"))
      let error = #expect(throws: AksharaError.self) { try row("\(place):none") }
      #expect(error?.message == "there is no chat template `none`")
    }
    #expect(
      try row("\(listed())/tokenizer_config.json:rag").text.hasPrefix("<|im_start|>rag:user"))
  }

  /// transformers 5.17, `PreTrainedTokenizerBase.get_chat_template`.
  @Test func conversationsWithToolsTakeTheTemplateForThem() throws {
    for place in [try listed(), try inFiles()] {
      let found = try row(place, tools: [["type": "function"]])
      #expect(found.text.hasPrefix("<|im_start|>tool_use:user"))
      #expect(found.name.hasSuffix(":tool_use"))
      let named = try row("\(place):default", tools: [["type": "function"]])
      #expect(named.text.hasPrefix("<|im_start|>default:user"))
      let options = FormatOptions(templates: [place])
      let chooser = try TemplateChooser(options, tokenizer: tokenizer)
      #expect(chooser.all.count == 2)
      #expect(options.recorded(as: chooser.all).templates == [chooser.all[0].name])
    }
  }

  @Test func aTemplateWhoseEndTheTokenizerLacksIsRefused() throws {
    let text = template("x").replacing("<|im_end|>", with: "<|done|>")
    try AtomicFile.write(Array(text.utf8), to: folder.file("x.jinja"))
    let error = #expect(throws: AksharaError.self) {
      try SampleMaker(FormatOptions(templates: [folder.file("x.jinja")]), tokenizer: tokenizer)
    }
    #expect(error?.code == .invalidOption)
    #expect(
      error?.message.hasPrefix("the template `x.jinja` ends answers with `<|done|>⏎`, where")
        == true)
  }

  @Test func aTemplateWithoutEndIsProvenWhereNoEndIsTrainedOn() throws {
    let text = template("x").replacing("<|im_end|>", with: "<|done|>")
    try AtomicFile.write(Array(text.utf8), to: folder.file("x.jinja"))
    let options = FormatOptions(templates: [folder.file("x.jinja")], trainOnEOS: .none)
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    let samples = try maker.make(SampleConversations.dialogue("q", "a", id: "1")).samples
    #expect(samples.count == 1)
    let set = try ShardFolder(records: samples.map { ShardRecord(sample: $0) }, options).open()
    let checker = RowChecker(set.manifest, tokenizer: tokenizer)
    #expect(set.batches(.train).map(checker.check).allSatisfy { $0.faults.isEmpty })
  }

  @Test func contentThatIsNullOrMissingIsNoneOrUndefined() throws {
    let show = "{{ m.content }}|{{ m.content is none }}|{{ m.content is defined }}"
    let text = "{% for m in messages %}[\(show)]<|im_end|>{% endfor %}"
    let template = try JinjaFixture(tokenizer).template(text)
    let call = #""tool_calls":[{"type":"function","function":{"name":"f","arguments":{}}}]"#
    func shown(_ content: String) throws -> String {
      let json = try JSONValue(
        parsing: #"{"id":"a","messages":[{"role":"assistant",\#(content)\#(call)}]}"#)
      let conversation = try Conversation(json: json)
      #expect(conversation.json == json, "it is written as it was read")
      return String(decoding: try template.text(of: conversation), as: UTF8.self)
    }
    #expect(try shown(#""content":null,"#) == "[None|True|True]<|im_end|>")
    #expect(try shown("") == "[|False|False]<|im_end|>")
    #expect(try shown(#""content":"","#) == "[|False|True]<|im_end|>")
  }

  /// Gemma 4 writes an answer, a tool's result and the next answer as one turn.
  @Test func aTurnThatGoesOnNeedsOneEnd() throws {
    let text =
      "{% for m in messages %}{% if m.role == 'assistant' %}"
      + "{% if loop.first or loop.previtem.role == 'user' %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
      + "{% generation %}{{ m.content }}{% endgeneration %}"
      + "{% if loop.last or loop.nextitem.role == 'user' %}{% generation %}{{ '<|im_end|>' }}"
      + "{% endgeneration %}{% endif %}"
      + "{% else %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}{% endif %}{% endfor %}"
    try AtomicFile.write(Array(text.utf8), to: folder.file("go-on.jinja"))
    let turns = Conversation(
      id: "g", messages: [Message(.user, "a"), Message(.assistant, "b"), Message(.assistant, "c")])
    let set = try ShardFolder([turns], FormatOptions(templates: [folder.file("go-on.jinja")]))
    let manifest = try set.open().manifest
    #expect(manifest.templates.map(\.continuesTurns) == [true])
    #expect(manifest.proof?.holds == true, "\(String(describing: manifest.proof))")
  }
}
