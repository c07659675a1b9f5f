internal import Conversations
internal import Tokenization

/// The forms in which a template writes the beginning and the end of messages, learned from what it
/// renders: so that messages can be found in tokens whose conversation is not at hand.
///
///     <|im_start|>assistant\n  ನಮಸ್ಕಾರ  <|im_end|>
///     header                   content  end
struct TurnPatterns: Sendable {
  /// A piece of a header: a control token, or text that is none.
  struct Piece: Sendable, Hashable {
    let isControl: Bool
    let bytes: [UInt8]
  }

  /// A form of a header, of the role that it announces.
  struct Header: Sendable, Hashable {
    let role: Role
    let pieces: [Piece]

    var byteCount: Int { pieces.reduce(0) { $0 + $1.bytes.count } }
  }

  /// Every form of a header, the longest first.
  private(set) var headers: [Header] = []
  /// The token that ends answers.
  let endOfTurn: TokenID?
  /// The roles whose messages end with it.
  private(set) var endedRoles: Set<Role> = []
  /// The token that opens the sequence.
  let begin: TokenID?
  /// The template's name.
  let name: String

  /// The forms that a template gives to a few conversations: with and without a system message, of
  /// one turn and of two.
  init(_ template: any ChatTemplate, tokenizer: some Tokenizer) {
    name = template.name
    endOfTurn = tokenizer.specialToken(template.endOfTurnToken)
    begin = template.beginToken.flatMap { tokenizer.specialToken($0) }
    var found: Set<Header> = []
    for conversation in Self.probes {
      // A template may have no form for one of them.
      guard let rendered = try? template.render(conversation, labels: .none) else { continue }
      var pieces: [Piece] = []
      for segment in rendered.segments {
        switch segment.kind {
        case .header: pieces.append(Self.piece(segment))
        case .content:
          if let role = segment.role, let header = Self.header(role, pieces) {
            found.insert(header)
          }
          pieces = []
        case .endOfTurn:
          if let role = segment.role { endedRoles.insert(role) }
          pieces = []
        default: pieces = []
        }
      }
    }
    // The order must not be the set's.
    headers = found.sorted {
      ($1.byteCount, $0.role.rawValue, $0.pieces.flatMap(\.bytes).map { Int($0) }.description)
        < ($0.byteCount, $1.role.rawValue, $1.pieces.flatMap(\.bytes).map { Int($0) }.description)
    }
  }

  /// A header; the token that opens the sequence is none of it, and is checked by itself.
  private static func header(_ role: Role, _ pieces: [Piece]) -> Header? {
    pieces.isEmpty ? nil : Header(role: role, pieces: pieces)
  }

  private static func piece(_ segment: RenderedSegment) -> Piece {
    var isControl = false
    if case .control = segment.piece { isControl = true }
    return Piece(isControl: isControl, bytes: Array(segment.text.utf8))
  }

  private static let probes: [Conversation] = {
    func message(_ role: Role) -> Message { Message(role, .text("x")) }
    let turns: [[Role]] = [
      [.user, .assistant], [.user, .assistant, .user, .assistant],
      [.system, .user, .assistant, .user, .assistant],
    ]
    return turns.map { Conversation(id: "probe", messages: $0.map(message)) }
  }()
}
