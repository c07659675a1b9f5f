import Artifacts
import Testing

@testable import Batching

@Suite struct FormatOptionsTests {
  private let place = SourceLocation(file: "recipe.yaml", line: 3)

  private func table(_ pairs: [(String, JSONValue)]) -> OptionNode {
    func node(_ json: JSONValue) -> OptionNode {
      switch json {
      case .array(let values): OptionNode(.list(values.map(node)), at: place)
      case .object(let object):
        OptionNode(.table(object.pairs.map { .init(key: $0.key, node: node($0.value)) }), at: place)
      default: OptionNode(.scalar(json), at: place)
      }
    }
    return node(.object(JSONObject(pairs)))
  }

  private func read(_ pairs: (String, JSONValue)...) throws -> FormatOptions {
    var reader = try OptionReader(table(pairs), section: "format")
    return try FormatOptions(reading: &reader)
  }

  @Test func readsEveryKey() throws {
    let options = try read(
      ("template", ["llama3", "completion"]), ("template_by_tag", ["prose": "completion"]),
      ("train_on", "response-template"), ("train_on_eos", "last"),
      ("response_template", "Price is $"), ("train_on_thinking", false),
      ("train_on_tool_calls", false), ("template_date", "2025-02-28"), ("max_length", 512),
      ("truncation", "left"),
      ("border", "as_rendered"), ("on_refusal", "drop"), ("begin_token", "<s>"),
      ("end_token", "</s>"), ("seed", 7))
    #expect(
      options
        == FormatOptions(
          templates: ["llama3", "completion"],
          templateByTag: [.init(tag: "prose", template: "completion")],
          trainOn: .responseTemplate, trainOnEOS: .last, responseTemplate: "Price is $",
          trainOnThinking: false, trainOnToolCalls: false,
          templateDate: TemplateDate("2025-02-28"),
          maxLength: 512, truncation: .left, border: .asRendered, onRefusal: .drop,
          beginToken: "<s>", endToken: "</s>", seed: 7))
  }

  @Test func defaultsAreWrittenOutAndReadBack() throws {
    #expect(try read() == FormatOptions())
    let written = FormatOptions(templates: ["llama3"], trainOn: .lastAssistant).json
    var reader = try OptionReader(
      table(written.object?.pairs.map { ($0.key, $0.value) } ?? []), section: "f")
    #expect(try FormatOptions(reading: &reader).json == written)
    #expect(try read(("template", "llama3")).templates == ["llama3"])
  }

  @Test(
    arguments: [
      (
        [("template", "alpacca")],
        "recipe.yaml:3: there is no template `alpacca`; use a file (FILE.jinja, tokenizer_config.json, "
          + "or FOLDER/), or one of: chatml, llama2, llama3, "
          + "llama3.1, llama3.2, llama3.3, mistral-v1, mistral-v2, mistral-v3, mistral-nemo, "
          + "qwen2.5, qwen3, gemma2, gemma3, phi3.5, zephyr, vicuna, alpaca, dolly, instruction, "
          + "completion"
      ),
      (
        [("train_on", "everything")],
        "recipe.yaml:3: `format.train_on` cannot be \"everything\"; use one of: assistant, "
          + "last-assistant, all, response-template"
      ),
      (
        [("train_on", "response-template")],
        "recipe.yaml:3: `train_on: response-template` needs the text to look for; add "
          + "`response_template: …`"
      ),
      (
        [("response_template", "x")],
        "recipe.yaml:3: `response_template` is given, but `train_on` is `assistant`; write "
          + "`train_on: response-template`, or leave the text out"
      ),
      (
        [("max_length", 0)],
        "recipe.yaml:3: `format.max_length` is 0; give a value from 1 to 1048576"
      ),
      (
        [("cutoff_len", 512)],
        "recipe.yaml:3: unknown key `cutoff_len` in `format`; write `max_length`"
      ),
      (
        [("template_by_tag", ["prose": 1])],
        "recipe.yaml:3: `format.template_by_tag.prose` is 1; give the name of a template"
      ),
      (
        [("begin_token", "<s>")],
        "recipe.yaml:3: `begin_token` is given without `end_token`; give both"
      ),
    ] as [([(String, JSONValue)], String)])
  func refusesWhatCannotBe(pairs: [(String, JSONValue)], message: String) throws {
    var reader = try OptionReader(table(pairs), section: "format")
    #expect {
      try FormatOptions(reading: &reader)
    } throws: {
      "\($0)" == message
    }
  }
}
