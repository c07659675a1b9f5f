internal import Artifacts
internal import Conversations
internal import Orthography

/// Half a SHA-256 digest: equal keys mean equal content, with 2⁻¹²⁸ against it for each pair.
struct ContentKey: Hashable {
  private let high: UInt64
  private let low: UInt64

  init(_ digest: Digest) {
    func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    high = word(digest.bytes[..<8])
    low = word(digest.bytes[8..<16])
  }

  /// The key of some text, as it is.
  init(of text: String) { self.init(Digest(of: text.utf8)) }

  /// The key of what is said: roles and contents in form C, and tool calls; also of the answer that
  /// a preference pair rejects. Identifiers, names, tags and provenances make no difference.
  init(of conversation: Conversation) {
    var hasher = DigestHasher()
    for message in conversation.messages { Self.add(message, to: &hasher) }
    for message in conversation.rejected ?? [] {
      hasher.update(Array("rejected\u{0}".utf8))
      Self.add(message, to: &hasher)
    }
    self.init(hasher.finalize())
  }

  /// Each piece is preceded by its length, so that no two lists of messages run together.
  private static func add(_ message: Message, to hasher: inout DigestHasher) {
    let content = message.content.text ?? message.content.json.compactString
    var pieces = [message.role.rawValue, NFC.normalized(content).text]
    pieces += message.toolCalls.map(\.compactString)
    for piece in pieces {
      let bytes = Array(piece.utf8)
      hasher.update(Array("\(bytes.count):".utf8) + bytes)
    }
  }
}
