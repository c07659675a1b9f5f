internal import Artifacts
internal import Conversations

/// Collects a template's segments, and gives each its label from the plan.
struct SegmentWriter {
  /// The message that segments belong to.
  struct Place {
    let message: Int
    let role: Role
  }

  private let template: String
  private let conversation: Conversation
  private let labels: LabelPlan
  private var rendered: RenderedConversation

  /// A writer for `conversation`.
  ///
  /// - Throws: `unsupported` if the conversation has what no typed template renders: tools.
  init(_ conversation: Conversation, template: String, labels: LabelPlan) throws {
    self.template = template
    self.conversation = conversation
    self.labels = labels
    rendered = RenderedConversation(
      id: conversation.id, template: template, segments: [])
    guard conversation.tools.isEmpty else {
      throw AksharaError(
        .unsupported,
        "the template `\(template)` has no form for the tools of conversation "
          + "`\(conversation.id)`", remedy: "leave `tools` out, or choose another template")
    }
    if conversation.chatTemplateArguments != nil { note(.argumentsLeftOut) }
  }

  /// The rendered conversation.
  func finish() -> RenderedConversation { rendered }

  /// Whether a message has been ended by a control token.
  var hasEndOfTurn: Bool { rendered.segments.contains { $0.kind == .endOfTurn } }

  /// What opens the sequence.
  mutating func begin(_ token: String) {
    append(.control(token), .begin, nil, labels.frame, 1)
  }

  /// What stands before a message's content.
  mutating func header(_ pieces: RenderedSegment.Piece..., of place: Place) {
    let label = labels[place.message]
    for piece in pieces { append(piece, .header, place, label.header, label.weight) }
  }

  /// A message's content.
  mutating func content(_ text: String, of place: Place) {
    let label = labels[place.message]
    append(.text(text), .content, place, label.content, label.weight)
  }

  /// The control token that ends a message.
  mutating func endOfTurn(_ token: String, of place: Place) {
    let label = labels[place.message]
    append(.control(token), .endOfTurn, place, label.end, label.weight)
  }

  /// What stands between messages, or behind the last.
  mutating func separator(_ text: String, of place: Place) {
    let label = labels[place.message]
    append(.text(text), .separator, place, label.header, label.weight)
  }

  private mutating func append(
    _ piece: RenderedSegment.Piece, _ kind: SegmentKind, _ place: Place?, _ supervised: Bool,
    _ weight: Float
  ) {
    if case .text("") = piece { return }
    rendered.segments.append(
      RenderedSegment(
        piece, kind, role: place?.role, message: place?.message, supervised: supervised,
        weight: weight))
  }

  /// Counts something that was not rendered as it stood.
  mutating func note(_ change: RenderingChange) { rendered.changes[change, default: 0] += 1 }

  /// A message's text; with `trimmed`, without the white space around it.
  ///
  /// - Throws: `unsupported` if it has parts that are not text, or tool calls.
  mutating func text(of index: Int, trimmed: Bool = false) throws -> String {
    let message = conversation.messages[index]
    guard let text = message.content.text else {
      throw refusal(of: index, "has parts that are not text", remedy: "keep its text parts only")
    }
    guard message.toolCalls.isEmpty else {
      throw refusal(of: index, "calls tools", remedy: "leave `tool_calls` out")
    }
    if message.reasoning != nil { note(.reasoningLeftOut) }
    if message.name != nil { note(.nameLeftOut) }
    guard trimmed else { return text }
    let core = text.trimmingWhitespaceAsPython()
    if core.utf8.count != text.utf8.count { note(.trimmedContent) }
    return core
  }

  /// The error that says that the template has no form for a message.
  func refusal(of index: Int, _ problem: String, remedy: String) -> AksharaError {
    AksharaError(
      .unsupported,
      "message \(index + 1) of conversation `\(conversation.id)` \(problem), for which the template "
        + "`\(template)` has no form", remedy: "\(remedy), or choose another template")
  }
}
