public import Conversations

/// What part a span of rendered text plays.
public enum SegmentKind: String, Sendable, CaseIterable {
  /// A control token or text that opens the sequence, such as `<|begin_of_text|>`.
  case begin
  /// What a template writes before a message's content: role headers, "### Response:".
  case header
  /// A message's own content.
  case content
  /// The thinking that stands in an answer, with the template's marks around it.
  case thinking
  /// A call of a tool in an answer, with the template's marks around it.
  case toolCall = "tool_call"
  /// What ends a message: `<|eot_id|>`, `<|im_end|>`, or the end token.
  case endOfTurn = "end_of_turn"
  /// What a template writes between or after messages, never trained on.
  case separator

  /// Whether it is what a message says: its content, thinking or calls, not the frame around them.
  public var isSaid: Bool { self == .content || self == .thinking || self == .toolCall }
}

/// A piece of a rendered conversation whose role is known.
///
/// Templates give these in order. A control token stands for itself; text is ordinary text,
/// whatever it looks like, and can never become a control token.
public struct RenderedSegment: Sendable, Equatable {
  /// What a segment holds.
  public enum Piece: Sendable, Equatable {
    /// A special token of the tokenizer, by its text. Only templates write these.
    case control(String)
    /// Ordinary text.
    case text(String)
  }

  /// What it holds.
  public var piece: Piece
  /// What part it plays.
  public var kind: SegmentKind
  /// The role of the message it belongs to; `nil` outside messages.
  public var role: Role?
  /// The index of that message in the conversation.
  public var message: Int?
  /// Whether its tokens are trained on. Decided here and nowhere else.
  public var supervised: Bool
  /// The weight of its tokens in the loss.
  public var weight: Float

  /// A segment.
  public init(
    _ piece: Piece, _ kind: SegmentKind, role: Role? = nil, message: Int? = nil,
    supervised: Bool = false, weight: Float = 1
  ) {
    self.piece = piece
    self.kind = kind
    self.role = role
    self.message = message
    self.supervised = supervised
    self.weight = weight
  }

  /// The segment as text; a control token gives its own text.
  public var text: String {
    switch piece {
    case .control(let token): token
    case .text(let text): text
    }
  }
}

/// A conversation as a template renders it.
public struct RenderedConversation: Sendable, Equatable {
  /// The conversation's ID.
  public var id: String
  /// The name of the template that rendered it.
  public var template: String
  /// The segments in order; their texts joined are the rendered text.
  public var segments: [RenderedSegment]
  /// What was not rendered as it stood, and how often.
  public var changes: [RenderingChange: Int]

  /// A rendered conversation.
  public init(
    id: String, template: String, segments: [RenderedSegment],
    changes: [RenderingChange: Int] = [:]
  ) {
    self.id = id
    self.template = template
    self.segments = segments
    self.changes = changes
  }

  /// The rendered text.
  public var text: String { segments.map(\.text).joined() }
}
