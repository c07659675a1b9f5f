import Artifacts
import Conversations
import Fixtures
import Testing
import Tokenization

@testable import Batching

/// Real models' templates, against texts and labels that jinja2 and transformers made.
@Suite struct JinjaGoldenTests {
  private static let beginTokens = ["google-gemma-2-2b-it": "<bos>"]

  private func rows(_ file: String) throws -> [JSONValue]? {
    guard let path = RepositoryPaths.shared("data/golden/\(file)") else {
      print("skipped: there is no shared data (\(file))")
      return nil
    }
    let lines = try TextFile(path).bytes.split(separator: 0x0A)
    return try lines.map { try JSONValue(parsing: Array($0)) }
  }

  private func conversation(_ row: JSONValue) throws -> Conversation {
    let name = row["case"] ?? .null
    return try Conversation(json: ["id": name, "messages": row["messages"] ?? .null])
  }

  private func template(_ name: String, _ tokenizer: any Tokenizer) throws -> JinjaTemplate? {
    guard let path = RepositoryPaths.shared("data/chat_templates/\(name).jinja") else { return nil }
    let text = String(decoding: try TextFile(path).bytes, as: UTF8.self)
    let begin = Self.beginTokens[name] ?? "<|begin_of_text|>"
    return try JinjaFixture(tokenizer).template(text, tokens: ["bos_token": .string(begin)])
  }

  @Test func rendersAsJinja2() throws {
    var templates: [String: JinjaTemplate] = [:]
    for row in try rows("chat_render_dev.jsonl") ?? [] {
      let name = row["template"]?.string ?? ""
      if templates[name] == nil { templates[name] = try self.template(name, ToyTokenizer()) }
      let template = try #require(templates[name])
      let conversation = try self.conversation(row)
      for (key, opens) in [("gen_false", false), ("gen_true", true)] {
        let text = try? template.text(of: conversation, addsGenerationPrompt: opens)
        #expect(
          text.map { String(decoding: $0, as: UTF8.self) } == row[key]?.string,
          "\(name), \(conversation.id), \(key)")
        #expect((text == nil) == (row["\(key)_error"] != nil))
      }
    }
  }

  @Test func labelsAsTransformers() throws {
    guard let rows = try self.rows("label_mask_dev.jsonl"),
      let path = RepositoryPaths.shared("data/tok_llama3/llama3.tokenizer.json.zst")
    else { return }
    let tokenizer = try BPETokenizer(contentsOf: path)
    let template = try #require(try self.template("meta-llama-Llama-3.2-3B-Instruct", tokenizer))
    let encoder = SampleEncoder(tokenizer: tokenizer, border: .asTransformers)
    for row in rows {
      let conversation = try self.conversation(row)
      let plan = try LabelPlan(for: conversation, trainOn: .assistant)
      let sample = try encoder.encode(template.render(conversation, labels: plan)).sample
      #expect(sample.text == row["text"]?.string, "\(conversation.id)")
      #expect(
        sample.inputIDs == row["input_ids"]?.array?.compactMap { $0.integer.map { TokenID($0) } },
        "\(conversation.id)")
      #expect(
        sample.labels == row["labels"]?.array?.compactMap { $0.integer.map { TokenID($0) } },
        "\(conversation.id)")
    }
  }
}
