internal import Artifacts
public import Conversations

/// Llama 3: `<|begin_of_text|>` once, then every message with its header; contents are trimmed.
///
///     <|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nನಮಸ್ಕಾರ<|eot_id|>
///
/// This is the template that Meta published with Llama 3. Those of Llama 3.1 and 3.2 add a system
/// message of their own ("Cutting Knowledge Date …", with the day of rendering) and forms for
/// tools; this one writes neither, so that the same conversation gives the same text on every day.
/// Source: `tokenizer_config.json` of Meta-Llama-3-8B-Instruct, and its model card's prompt format.
public struct Llama3Template: ChatTemplate {
  private static let begin = "<|begin_of_text|>"
  private static let open = "<|start_header_id|>"
  private static let close = "<|end_header_id|>"
  private static let end = "<|eot_id|>"

  /// The Llama 3 template.
  public init() {}

  /// `llama3`.
  public var name: String { "llama3" }
  /// `<|begin_of_text|>`.
  public var beginToken: String? { Self.begin }
  /// `<|eot_id|>`.
  public var endOfTurnToken: String { Self.end }
  /// The four control tokens of the format.
  public var requiredSpecialTokens: [String] { [Self.begin, Self.open, Self.close, Self.end] }

  /// The same in Jinja.
  public var jinja: String {
    #"{{- '<|begin_of_text|>' -}}{%- for message in messages -%}"# + JinjaText.content
      + #"{%- if message['role'] not in ['system', 'user', 'assistant'] -%}"#
      + #"{{- raise_exception('the role ' + message['role'] + ' has no form') -}}{%- endif -%}"#
      + #"{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"#
      + #" + content | trim + '<|eot_id|>' -}}"#
      + #"{%- endfor -%}{%- if add_generation_prompt -%}"#
      + #"{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}{%- endif -%}"#
  }

  /// Renders a conversation of system, user and assistant messages in any order.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation and the assistant's header.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    header(of: .init(message: conversation.messages.count, role: .assistant), in: &writer)
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels)
    writer.begin(Self.begin)
    for (index, message) in conversation.messages.enumerated() {
      guard message.role != .tool else {
        throw writer.refusal(of: index, "has the role `tool`", remedy: "leave it out")
      }
      let place = SegmentWriter.Place(message: index, role: message.role)
      header(of: place, in: &writer)
      writer.content(try writer.text(of: index, trimmed: true), of: place)
      writer.endOfTurn(Self.end, of: place)
    }
    return writer
  }

  private func header(of place: SegmentWriter.Place, in writer: inout SegmentWriter) {
    writer.header(
      .control(Self.open), .text(place.role.rawValue), .control(Self.close), .text("\n\n"),
      of: place)
  }
}
