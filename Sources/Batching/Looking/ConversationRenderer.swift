public import Artifacts
public import Conversations
public import Tokenization

/// Renders conversations for people and programs that want to see a template's text.
public struct ConversationRenderer: Sendable {
  private let template: any ChatTemplate
  private let opensAnswer: Bool

  /// A renderer with one template.
  ///
  /// - Parameters:
  ///   - template: a name or a file, as in `FormatOptions.templates`.
  ///   - tokenizer: says which texts are control tokens; only files need none.
  ///   - opensAnswer: whether the assistant's next message is opened.
  /// - Throws: as `TemplateCatalog.template` and `TemplateCatalog.jinja`.
  public init(
    _ template: String, tokenizer: (any Tokenizer)?, date: TemplateDate? = nil,
    opensAnswer: Bool = false
  ) throws {
    if TemplateCatalog.isFile(template) {
      self.template = try TemplateCatalog.jinja(template, for: tokenizer, date: date)
    } else if let tokenizer {
      self.template = try TemplateCatalog.template(named: template, for: tokenizer, date: date)
    } else {
      throw AksharaError(
        .invalidOption, "the template `\(template)` is rendered without a tokenizer",
        remedy: "name one")
    }
    self.opensAnswer = opensAnswer
  }

  /// `{"id", "text"}` and, if asked for, `"spans"`; or `{"id", "error"}` where the template refuses
  /// the conversation.
  public func line(for conversation: Conversation, withSpans: Bool = false) -> JSONValue {
    var object: JSONObject = ["id": .string(conversation.id)]
    do {
      if withSpans {
        let rendered = try rendered(conversation)
        object["text"] = .string(rendered.text)
        object["spans"] = .array(rendered.spans)
      } else {
        object["text"] = .string(try text(of: conversation))
      }
    } catch {
      object["error"] = .string("\(error)")
    }
    return .object(object)
  }

  private func text(of conversation: Conversation) throws -> String {
    guard let jinja = template as? JinjaTemplate else { return try rendered(conversation).text }
    let bytes = try jinja.text(of: conversation, addsGenerationPrompt: opensAnswer)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func rendered(_ conversation: Conversation) throws -> RenderedConversation {
    if opensAnswer { return try template.generationPrompt(for: conversation) }
    return try template.render(
      conversation, labels: LabelPlan(for: conversation, trainOn: .assistant))
  }
}

extension RenderedConversation {
  /// The segments with their bytes' places.
  fileprivate var spans: [JSONValue] {
    var end = 0
    return segments.map { segment in
      let start = end
      end += segment.text.utf8.count
      var isControl = false
      if case .control = segment.piece { isControl = true }
      return [
        "start": JSONValue(start), "end": JSONValue(end), "kind": .string(segment.kind.rawValue),
        "role": segment.role.map { .string($0.rawValue) } ?? .null,
        "message": segment.message.map { JSONValue($0) } ?? .null, "control": .bool(isControl),
        "supervised": .bool(segment.supervised),
      ]
    }
  }
}
