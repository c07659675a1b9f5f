internal import Conversations

/// A chat template described by values: what stands around each role's messages. Most families
/// differ in nothing else, so one piece of code renders them all (`FramedTemplate`).
///
///     begin │ opening  content  closing  end  separator │ opening  lead content trail  end  separator │ tail
///           └ a user message ──────────────────────────┘└ an answer ────────────────────────────────┘
struct ChatForm: Sendable {
  typealias Piece = RenderedSegment.Piece

  /// What stands around the messages of one role.
  struct Frame: Sendable {
    /// What comes before the content; of an answer, what its generation prompt ends with.
    var opening: [Piece]
    /// Text of the template that an answer begins with: the model writes it, and is trained on it.
    var lead = ""
    /// Text of the template that an answer ends with, as `lead`.
    var trail = ""
    /// What comes behind the content and is not written by the model.
    var closing: [Piece] = []
    /// The control token that ends the message; empty where none does.
    var end = ""
    /// What comes between this message and the next.
    var separator = ""
    /// Whether white space around the content is cut off.
    var trims = false
  }

  /// Where the system message in front of a conversation stands.
  enum SystemPlace: Sendable {
    /// In a frame of its own, wherever it comes in the conversation.
    case framed(Frame)
    /// In front of everything, before a text; without one, the text `default` stands there.
    case heading(separator: String, default: String)
    /// Inside the first user message, before its content. If `trimsTogether`, white space is cut off
    /// the two as one text.
    case insideFirstUser(prefix: String, suffix: String, trimsTogether: Bool)
    /// Nowhere.
    case refused
  }

  /// The name under which options choose it.
  var name: String
  /// The control token that opens every sequence.
  var begin: String?
  /// User messages.
  var user: Frame
  /// Answers.
  var assistant: Frame
  /// Tools' results; `nil` refuses them.
  var tool: Frame?
  /// System messages.
  var system: SystemPlace
  /// Whether user and assistant must alternate, user first.
  var alternates: Bool
  /// Whether system messages without content are left out.
  var leavesOutEmptySystem = false
  /// The control token that ends a sequence that is no prompt.
  var tail: String?
}

extension ChatForm {
  /// The control tokens that it writes, each once, in the order in which a conversation shows them.
  var controlTokens: [String] {
    var tokens: [String] = []
    func add(_ token: String?) {
      if let token, !token.isEmpty, !tokens.contains(token) { tokens.append(token) }
    }
    func add(_ pieces: [Piece]) {
      for case .control(let token) in pieces { add(token) }
    }
    add(begin)
    var frames = [user, assistant]
    if case .framed(let frame) = system { frames.append(frame) }
    if let tool { frames.append(tool) }
    for frame in frames {
      add(frame.opening)
      add(frame.closing)
      add(frame.end)
    }
    add(tail)
    return tokens
  }

  /// The frame of a role; `nil` where its messages have none of their own.
  func frame(of role: Role) -> Frame? {
    switch role {
    case .user: user
    case .assistant: assistant
    case .tool: tool
    case .system:
      if case .framed(let frame) = system { frame } else { nil }
    }
  }
}
