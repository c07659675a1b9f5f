public import Conversations

/// A chat template whose messages stand in frames: `ChatForm` says in which.
public struct FramedTemplate: ChatTemplate {
  let form: ChatForm

  /// The template that `form` describes.
  init(_ form: ChatForm) { self.form = form }

  /// ChatML.
  public static let chatML = FramedTemplate(ChatForm.chatML)

  /// The form's name.
  public var name: String { form.name }
  /// The token that opens sequences, if the form has one.
  public var beginToken: String? { form.begin }
  /// The token that ends answers.
  public var endOfTurnToken: String { form.assistant.end }
  /// Every control token of the form.
  public var requiredSpecialTokens: [String] { form.controlTokens }

  /// Yes: frames know roles only.
  public var placesContents: Bool { true }

  /// Renders a conversation.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: labels)
    if let tail = form.tail { writer.tail(tail) }
    return writer.finish()
  }

  /// Renders a conversation and what opens the assistant's next message.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    if form.alternates, let last = conversation.messages.last, last.role != .user {
      throw writer.refusal(
        of: conversation.messages.count - 1,
        "has the role `\(last.role.rawValue)` where a user message must ask",
        remedy: "end with a user message")
    }
    let place = SegmentWriter.Place(message: conversation.messages.count, role: .assistant)
    for piece in form.assistant.opening { writer.header(piece, of: place) }
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels)
    if let begin = form.begin { writer.begin(begin) }
    let messages = conversation.messages
    if case .heading(let separator, let text) = form.system, messages.first?.role != .system {
      writer.preamble(text + separator)
    }
    var next = Role.user
    for (index, message) in messages.enumerated() {
      let place = SegmentWriter.Place(message: index, role: message.role)
      if message.role == .system, try writeUnframedSystem(at: place, of: messages, in: &writer) {
        continue
      }
      guard let frame = form.frame(of: message.role) else {
        throw writer.refusal(
          of: index, "has the role `\(message.role.rawValue)`", remedy: "leave it out")
      }
      if form.alternates && message.role != .system {
        guard message.role == next else {
          throw writer.refusal(
            of: index,
            "has the role `\(message.role.rawValue)` where `\(next.rawValue)` must follow",
            remedy: "let user and assistant alternate, user first")
        }
        next = message.role == .user ? .assistant : .user
      }
      if message.role == .system, form.leavesOutEmptySystem, message.content.text == "" { continue }
      try write(place, frame, in: &writer)
    }
    return writer
  }

  /// Writes a system message that has no frame of its own; `false` if it has one.
  private func writeUnframedSystem(
    at place: SegmentWriter.Place, of messages: [Message], in writer: inout SegmentWriter
  ) throws -> Bool {
    switch form.system {
    case .framed: return false
    case .heading(let separator, _) where place.message == 0:
      writer.content(try writer.text(of: 0), of: place)
      writer.separator(separator, of: place)
    case .insideFirstUser where place.message == 0 && messages.count > 1: break
    case .insideFirstUser where place.message == 0:
      throw writer.refusal(
        of: 0, "is a system message without a user message", remedy: "add a user message")
    case .heading, .insideFirstUser, .refused:
      throw writer.refusal(
        of: place.message, "has the role `system`",
        remedy: place.message == 0 ? "leave it out" : "let it come first, or leave it out")
    }
    return true
  }

  private func write(
    _ place: SegmentWriter.Place, _ frame: ChatForm.Frame, in writer: inout SegmentWriter
  ) throws {
    for piece in frame.opening { writer.header(piece, of: place) }
    let holdsSystem = try writeSystemInside(place, frame, in: &writer)
    let trimming: SegmentWriter.Trimming = !frame.trims ? .none : holdsSystem ? .end : .both
    let text = try writer.text(of: place.message, trimming)
    writer.content(frame.lead + text + frame.trail, of: place)
    for piece in frame.closing { writer.closing(piece, of: place) }
    if !frame.end.isEmpty { writer.endOfTurn(frame.end, of: place) }
    writer.separator(frame.separator, of: place)
  }

  /// Writes the system message into the first user message, if that is its place.
  ///
  /// - Returns: whether the two are trimmed as one text.
  private func writeSystemInside(
    _ place: SegmentWriter.Place, _ frame: ChatForm.Frame, in writer: inout SegmentWriter
  ) throws -> Bool {
    guard case .insideFirstUser(let prefix, let suffix, let trimsTogether) = form.system,
      place.message == 1, writer.role(of: 0) == .system
    else { return false }
    let system = SegmentWriter.Place(message: 0, role: .system)
    writer.header(.text(prefix), of: system)
    writer.content(try writer.text(of: 0), of: system)
    let isBare = trimsTogether && frame.trims && writer.isBlank(place.message)
    writer.separator(isBare ? suffix.trimmingWhitespaceAtEndAsPython() : suffix, of: system)
    return trimsTogether
  }
}
