public import Conversations

/// ChatML: every role is framed alike, in any order, and nothing is trimmed.
///
///     <|im_start|>user\nನಮಸ್ಕಾರ<|im_end|>\n<|im_start|>assistant\nనమస్తే<|im_end|>\n
///
/// No token opens the sequence. Source: OpenAI's `chatml.md` (openai-python 0.27), in the form that
/// Qwen and others use.
public struct ChatMLTemplate: ChatTemplate {
  private static let open = "<|im_start|>"
  private static let close = "<|im_end|>"

  /// ChatML.
  public init() {}

  /// `chatml`.
  public var name: String { "chatml" }
  /// None.
  public var beginToken: String? { nil }
  /// `<|im_end|>`.
  public var endOfTurnToken: String { Self.close }
  /// `<|im_start|>` and `<|im_end|>`.
  public var requiredSpecialTokens: [String] { [Self.open, Self.close] }

  /// The same in Jinja.
  public var jinja: String {
    #"{%- for message in messages -%}"# + JinjaText.content
      + #"{{- '<|im_start|>' + message['role'] + '\n' + content + '<|im_end|>\n' -}}"#
      + #"{%- endfor -%}"#
      + #"{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}"#
  }

  /// Renders a conversation.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation and `<|im_start|>assistant\n`.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    header(of: .init(message: conversation.messages.count, role: .assistant), in: &writer)
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels)
    for (index, message) in conversation.messages.enumerated() {
      let place = SegmentWriter.Place(message: index, role: message.role)
      header(of: place, in: &writer)
      writer.content(try writer.text(of: index), of: place)
      writer.endOfTurn(Self.close, of: place)
      writer.separator("\n", of: place)
    }
    return writer
  }

  private func header(of place: SegmentWriter.Place, in writer: inout SegmentWriter) {
    writer.header(.control(Self.open), .text("\(place.role.rawValue)\n"), of: place)
  }
}
