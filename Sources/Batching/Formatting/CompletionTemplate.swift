public import Conversations

/// Text as it is, between the begin and the end token: for prose, and for plain prompts with their
/// completions.
///
///     <begin>ಕನ್ನಡ ಒಂದು ದ್ರಾವಿಡ ಭಾಷೆ.<end>
///
/// One assistant message is the text; one user message may stand before it as its prompt, with
/// nothing between the two. Anything else is refused by name. Contents are not trimmed.
public struct CompletionTemplate: ChatTemplate {
  private let tokens: SequenceTokens

  /// The template with these tokens around sequences.
  public init(_ tokens: SequenceTokens) { self.tokens = tokens }

  /// `completion`.
  public var name: String { "completion" }
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
      + #"{%- for message in messages -%}"#
      + #"{%- if message['role'] not in ['user', 'assistant'] or loop.index0 > 1"#
      + #" or (loop.index0 == 1 and (messages[0]['role'] != 'user'"#
      + #" or message['role'] != 'assistant')) -%}"#
      + #"{{- raise_exception('a prompt and its completion, or a completion alone') -}}"#
      + #"{%- endif -%}"#
      + JinjaText.content + #"{{- content -}}"#
      + #"{%- if message['role'] == 'assistant' -%}{{- '\#(tokens.end)' -}}{%- endif -%}"#
      + #"{%- endfor -%}"#
  }

  /// Renders a prompt with its completion, or a completion alone.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders the begin token and the prompt.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    let writer = try writer(for: conversation, labels: .none)
    if let index = conversation.messages.firstIndex(where: { $0.role == .assistant }) {
      throw writer.refusal(
        of: index, "is a completion already", remedy: "give the prompt alone")
    }
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels)
    if let begin = tokens.begin { writer.begin(begin) }
    for (index, message) in conversation.messages.enumerated() {
      let follows = index == 1 && conversation.messages[0].role == .user
      guard message.role == .assistant ? index == 0 || follows : message.role == .user && index == 0
      else {
        throw writer.refusal(
          of: index, "has the role `\(message.role.rawValue)`",
          remedy: "give one assistant message, with one user message before it at most")
      }
      let place = SegmentWriter.Place(message: index, role: message.role)
      writer.content(try writer.text(of: index), of: place)
      if message.role == .assistant { writer.endOfTurn(tokens.end, of: place) }
    }
    return writer
  }
}
