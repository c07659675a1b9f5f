/// A conversation written as one text: `\n\nHuman: …\n\nAssistant: …`.
///
/// Source: anthropics/hh-rlhf, README: "each line … contains a pair of texts".
enum Transcript {
  private static let cues: [(text: String, role: Role)] = [
    ("\n\nHuman:", .user), ("\n\nAssistant:", .assistant),
  ]

  /// Whether a text is such a transcript: it begins with a cue.
  static func isOne(_ text: String) -> Bool { cues.contains { text.hasPrefix($0.text) } }

  /// The messages; spaces and line ends around what is said are not part of it.
  ///
  /// - Parameter isPrompt: whether the text is what was asked, so that a cue at its end to which
  ///   nobody speaks yet makes no message.
  static func messages(of text: String, isPrompt: Bool = false) -> [Message] {
    var messages: [Message] = []
    var rest = text[...]
    while let cue = cues.first(where: { rest.hasPrefix($0.text) }) {
      rest = rest.dropFirst(cue.text.count)
      let end = cues.compactMap { rest.firstRange(of: $0.text)?.lowerBound }.min() ?? rest.endIndex
      messages.append(Message(cue.role, .text(trimmed(rest[..<end]))))
      rest = rest[end...]
    }
    if isPrompt, messages.last?.role == .assistant, messages.last?.content == "" {
      messages.removeLast()
    }
    return messages
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
