public import Conversations

/// Plain headings, as Alpaca and Dolly made them known; the end token closes each answer.
///
///     <begin>### Instruction:\nTranslate.\n\n### Context:\nನೀರು\n\n### Response:\nwater<end>
///
/// The block of the context stands only where a user message has one: where its content is a list of
/// text parts, the first is the instruction and the others are the context, without the empty line
/// that sets them off where the parts are read as one text. A system message may come first; it stands
/// before the first heading, in the place of the style's own sentence. Further turns follow after a
/// blank line. Roles must alternate, user first; anything else is refused by name.
///
/// Contents are not trimmed.
public struct HeadingTemplate: ChatTemplate {
  /// What distinguishes one set of headings from another.
  struct Style: Sendable {
    /// The name under which options choose it.
    var name: String
    /// What stands before the first heading.
    var introduction = ""
    /// The same where the first user message has a context.
    var introductionToContext = ""
    /// The heading of the context.
    var context: String

    /// The instruction, with a context or without one. Source: Databricks' dolly-15k training prompt,
    /// with the name that the data set gives the field.
    static let dolly = Style(name: "dolly", context: "### Context:\n")
    /// Dolly's under the name that does not tie it to one data set.
    static let instruction = Style(name: "instruction", context: "### Context:\n")
    /// Stanford Alpaca's, with the line feed behind `### Response:` that Alpaca-LoRA, Axolotl and
    /// LLaMA-Factory write. Source: `stanford_alpaca/train.py`, `PROMPT_DICT`.
    static let alpaca = Style(
      name: "alpaca",
      introduction: "Below is an instruction that describes a task. Write a response that "
        + "appropriately completes the request.\n\n",
      introductionToContext: "Below is an instruction that describes a task, paired with an input "
        + "that provides further context. Write a response that appropriately completes the "
        + "request.\n\n", context: "### Input:\n")
  }

  private let style: Style
  private let tokens: SequenceTokens

  private static let instruction = "### Instruction:\n"
  private static let response = "\n\n### Response:\n"

  /// The template with these tokens around sequences and behind answers.
  init(_ style: Style, _ tokens: SequenceTokens) {
    self.style = style
    self.tokens = tokens
  }

  /// The style's name.
  public var name: String { style.name }
  /// The token that opens sequences, if the model has one.
  public var beginToken: String? { tokens.begin }
  /// The token that ends sequences.
  public var endOfTurnToken: String { tokens.end }
  /// Both.
  public var requiredSpecialTokens: [String] { [tokens.begin, tokens.end].compactMap { $0 } }
  /// Yes: a context is no plain text.
  public var placesContents: Bool { true }

  /// The same in Jinja.
  public var jinja: String {
    let begin = tokens.begin.map { "{{- \(JinjaText.literal($0)) -}}" } ?? ""
    let context = JinjaText.literal("\n\n" + style.context)
    return begin
      + #"{%- set state = namespace(next='user') -%}"#
      + #"{%- for message in messages -%}{%- set parts = message['content'] -%}"#
      + JinjaText.content
      + #"{%- set whole = parts is string or parts | length < 2 -%}"#
      + #"{%- if message['role'] == 'system' and loop.first -%}{{- content + '\n\n' -}}"#
      + #"{%- elif message['role'] != state.next -%}"#
      + #"{{- raise_exception('roles must alternate, user first') -}}"#
      + #"{%- elif message['role'] == 'user' -%}"# + introductionInJinja
      + #"{%- if state.turn is defined -%}{{- '\n\n' -}}{%- endif -%}"#
      + #"{{- '### Instruction:\n' -}}"#
      + #"{%- if whole -%}{{- content -}}{%- else -%}"#
      + #"{%- set context = content[parts[0]['text'] | length:] -%}"#
      + "{{- parts[0]['text'] + \(context) -}}"
      + #"{{- context[2:] if context[:2] == '\n\n' else context -}}{%- endif -%}"#
      + #"{%- set state.next = 'assistant' -%}"#
      + "{%- else -%}{{- '\\n\\n### Response:\\n' + content + \(JinjaText.literal(tokens.end)) -}}"
      + #"{%- set state.next = 'user' -%}{%- set state.turn = true -%}"#
      + #"{%- endif -%}{%- endfor -%}"#
      + #"{%- if add_generation_prompt -%}{{- '\n\n### Response:\n' -}}{%- endif -%}"#
  }

  private var introductionInJinja: String {
    guard !style.introduction.isEmpty else { return "" }
    return "{%- if loop.first -%}{{- \(JinjaText.literal(style.introduction)) if whole else "
      + "\(JinjaText.literal(style.introductionToContext)) -}}{%- endif -%}"
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
      throw writer.refusal(
        of: conversation.messages.count - 1,
        "has the role `\(last.role.rawValue)` where a user message must ask",
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
    let text = try writer.text(of: place.message)
    let parts = Self.parts(of: message, text)
    if place.message == 0 {
      writer.preamble(parts == nil ? style.introduction : style.introductionToContext)
    }
    let isLaterTurn = writer.hasEndOfTurn
    writer.header(.text((isLaterTurn ? "\n\n" : "") + Self.instruction), of: place)
    guard let parts else { return writer.content(text, of: place) }
    writer.content(parts.instruction, of: place)
    writer.header(.text("\n\n" + style.context), of: place)
    writer.content(parts.context, of: place)
  }

  /// A message's instruction and context; `nil` if it has no context.
  private static func parts(
    of message: Message, _ text: String
  ) -> (instruction: String, context: String)? {
    guard case .parts(let parts) = message.content, parts.count > 1,
      let instruction = parts[0]["text"]?.string
    else { return nil }
    let context = text.utf8.dropFirst(instruction.utf8.count)
    let isSetOff = context.starts(with: "\n\n".utf8)
    return (instruction, String(Substring(isSetOff ? context.dropFirst(2) : context)))
  }
}
