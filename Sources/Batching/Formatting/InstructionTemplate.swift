public import Conversations

/// Plain headings, as Dolly and Alpaca made them known; the end token closes each answer.
///
///     <begin>### Instruction:\nTranslate.\n\n### Context:\nನೀರು\n\n### Response:\nwater<end>
///
/// The Context block stands only where a user message has a context: where its content is a list of
/// text parts, the first is the instruction and the others are the context, without the empty line
/// that sets them off where the parts are read as one text. A system message may
/// come first; it stands before the first heading. Further turns follow after a blank line. Roles
/// must alternate, user first; anything else is refused by name.
///
/// Contents are not trimmed. Source of the headings: Databricks' dolly-15k training prompt.
public struct InstructionTemplate: ChatTemplate {
  private let tokens: SequenceTokens

  private static let instruction = "### Instruction:\n"
  private static let context = "\n\n### Context:\n"
  private static let response = "\n\n### Response:\n"

  /// The template with these tokens around sequences and behind answers.
  public init(_ tokens: SequenceTokens) { self.tokens = tokens }

  /// `instruction`.
  public var name: String { "instruction" }
  /// The token that opens sequences, if the model has one.
  public var beginToken: String? { tokens.begin }
  /// The token that ends sequences.
  public var endOfTurnToken: String { tokens.end }
  /// Both.
  public var requiredSpecialTokens: [String] { [tokens.begin, tokens.end].compactMap { $0 } }

  /// The same in Jinja.
  public var jinja: String {
    let begin = tokens.begin.map { "{{- '\($0)' -}}" } ?? ""
    return begin
      + #"{%- set state = namespace(next='user') -%}"#
      + #"{%- for message in messages -%}{%- set parts = message['content'] -%}"#
      + JinjaText.content
      + #"{%- if message['role'] == 'system' and loop.first -%}{{- content + '\n\n' -}}"#
      + #"{%- elif message['role'] != state.next -%}"#
      + #"{{- raise_exception('roles must alternate, user first') -}}"#
      + #"{%- elif message['role'] == 'user' -%}"#
      + #"{%- if state.turn is defined -%}{{- '\n\n' -}}{%- endif -%}"#
      + #"{{- '### Instruction:\n' -}}"#
      + #"{%- if parts is string or parts | length < 2 -%}{{- content -}}{%- else -%}"#
      + #"{%- set context = content[parts[0]['text'] | length:] -%}"#
      + #"{{- parts[0]['text'] + '\n\n### Context:\n' -}}"#
      + #"{{- context[2:] if context[:2] == '\n\n' else context -}}{%- endif -%}"#
      + #"{%- set state.next = 'assistant' -%}"#
      + #"{%- else -%}{{- '\n\n### Response:\n' + content + '\#(tokens.end)' -}}"#
      + #"{%- set state.next = 'user' -%}{%- set state.turn = true -%}"#
      + #"{%- endif -%}{%- endfor -%}"#
      + #"{%- if add_generation_prompt -%}{{- '\n\n### Response:\n' -}}{%- endif -%}"#
  }

  /// Renders a conversation of alternating user and assistant messages.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation that ends with a user message, and `\n\n### Response:\n`.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    if let last = conversation.messages.last, last.role != .user {
      let index = conversation.messages.count - 1
      throw writer.refusal(
        of: index, "has the role `\(last.role.rawValue)` where a user message must ask",
        remedy: "end with a user message")
    }
    let place = SegmentWriter.Place(message: conversation.messages.count, role: .assistant)
    writer.header(.text(Self.response), of: place)
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels)
    if let begin = tokens.begin { writer.begin(begin) }
    var next = Role.user
    for (index, message) in conversation.messages.enumerated() {
      let place = SegmentWriter.Place(message: index, role: message.role)
      if message.role == .system && index == 0 {
        writer.content(try writer.text(of: index), of: place)
        writer.separator("\n\n", of: place)
        continue
      }
      guard message.role == next else {
        throw writer.refusal(
          of: index,
          "has the role `\(message.role.rawValue)` where `\(next.rawValue)` must follow",
          remedy: "let user and assistant alternate, user first")
      }
      if message.role == .user {
        try writeQuestion(message, at: place, in: &writer)
      } else {
        writer.header(.text(Self.response), of: place)
        writer.content(try writer.text(of: index), of: place)
        writer.endOfTurn(tokens.end, of: place)
      }
      next = message.role == .user ? .assistant : .user
    }
    return writer
  }

  private func writeQuestion(
    _ message: Message, at place: SegmentWriter.Place, in writer: inout SegmentWriter
  ) throws {
    let isLaterTurn = writer.hasEndOfTurn
    writer.header(.text((isLaterTurn ? "\n\n" : "") + Self.instruction), of: place)
    let text = try writer.text(of: place.message)
    guard case .parts(let parts) = message.content, parts.count > 1,
      let question = parts[0]["text"]?.string
    else {
      writer.content(text, of: place)
      return
    }
    writer.content(question, of: place)
    writer.header(.text(Self.context), of: place)
    let context = text.utf8.dropFirst(question.utf8.count)
    let isSetOff = context.starts(with: "\n\n".utf8)
    writer.content(String(Substring(isSetOff ? context.dropFirst(2) : context)), of: place)
  }
}
