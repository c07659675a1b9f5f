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

  /// What a template has a form for beyond text.
  struct Abilities: OptionSet {
    let rawValue: Int
    /// Tools, calls of them and their results.
    static let tools = Abilities(rawValue: 1)
    /// Thinking, where it stands apart from the content.
    static let thinking = Abilities(rawValue: 2)
  }

  /// Which white space around a content is cut off.
  enum Trimming {
    case none
    case end
    case both
  }

  private let abilities: Abilities

  /// A writer for `conversation`.
  ///
  /// - Parameters:
  ///   - abilities: what the template has a form for.
  ///   - arguments: the conversation's template variables that the template knows.
  /// - Throws: `unsupported` if the conversation has tools and the template no form for them.
  init(
    _ conversation: Conversation, template: String, labels: LabelPlan, _ abilities: Abilities = [],
    arguments: Set<String> = []
  ) throws {
    self.template = template
    self.conversation = conversation
    self.labels = labels
    self.abilities = abilities
    rendered = RenderedConversation(
      id: conversation.id, template: template, segments: [])
    guard conversation.tools.isEmpty || abilities.contains(.tools) else {
      throw AksharaError(
        .unsupported,
        "the template `\(template)` has no form for the tools of conversation "
          + "`\(conversation.id)`", remedy: "leave `tools` out, or choose another template")
    }
    if let keys = conversation.chatTemplateArguments?.keys, !arguments.isSuperset(of: keys) {
      note(.argumentsLeftOut)
    }
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
  mutating func separator(_ text: String, of place: Place) { closing(.text(text), of: place) }

  /// What stands behind a content and is none of it.
  mutating func closing(_ piece: RenderedSegment.Piece, of place: Place) {
    let label = labels[place.message]
    append(piece, .separator, place, label.header, label.weight)
  }

  /// What a template writes in front of the messages by itself.
  mutating func preamble(_ pieces: RenderedSegment.Piece..., role: Role? = nil) {
    for piece in pieces { append(piece, .begin, nil, labels.frame, 1, role: role) }
  }

  /// A text that a template writes in front of the messages by itself.
  mutating func preamble(_ text: String) { preamble(.text(text)) }

  /// The control token that ends a sequence.
  mutating func tail(_ token: String) { append(.control(token), .separator, nil, labels.frame, 1) }

  /// The thinking of an answer, with its marks.
  mutating func thinking(_ pieces: RenderedSegment.Piece..., of place: Place) {
    let label = labels[place.message]
    for piece in pieces { append(piece, .thinking, place, label.thinking, label.weight) }
  }

  /// Calls of tools in an answer, with their marks.
  mutating func toolCall(_ pieces: RenderedSegment.Piece..., of place: Place) {
    let label = labels[place.message]
    for piece in pieces { append(piece, .toolCall, place, label.toolCalls, label.weight) }
  }

  private mutating func append(
    _ piece: RenderedSegment.Piece, _ kind: SegmentKind, _ place: Place?, _ supervised: Bool,
    _ weight: Float, role: Role? = nil
  ) {
    if case .text("") = piece { return }
    rendered.segments.append(
      RenderedSegment(
        piece, kind, role: place?.role ?? role, message: place?.message, supervised: supervised,
        weight: weight))
  }

  /// Counts something that was not rendered as it stood.
  mutating func note(_ change: RenderingChange) { rendered.changes[change, default: 0] += 1 }

  /// A message's tool calls as they stand in the conversation.
  func calls(of index: Int) -> [JSONValue] { conversation.messages[index].toolCalls }

  /// The role of a message.
  func role(of index: Int) -> Role { conversation.messages[index].role }

  /// Whether a message says nothing but white space.
  func isBlank(_ index: Int) -> Bool {
    conversation.messages[index].content.text?.trimmingWhitespaceAsPython().isEmpty ?? false
  }

  /// A message's text, trimmed.
  ///
  /// - Throws: `unsupported` if it has parts that are not text, or calls tools and the template has
  ///   no form for that.
  mutating func text(of index: Int, _ trimming: Trimming = .none) throws -> String {
    let message = conversation.messages[index]
    guard let text = message.content.text else {
      throw refusal(of: index, "has parts that are not text", remedy: "keep its text parts only")
    }
    guard message.toolCalls.isEmpty || abilities.contains(.tools) else {
      throw refusal(of: index, "calls tools", remedy: "leave `tool_calls` out")
    }
    if message.reasoning != nil, !abilities.contains(.thinking) { note(.reasoningLeftOut) }
    if message.name != nil { note(.nameLeftOut) }
    let core =
      switch trimming {
      case .none: text
      case .end: text.trimmingWhitespaceAtEndAsPython()
      case .both: text.trimmingWhitespaceAsPython()
      }
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
