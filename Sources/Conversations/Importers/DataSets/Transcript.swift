/// A conversation written as one text: `\n\nHuman: …\n\nAssistant: …`.
///
/// Copies may have lost the line ends at the beginning, or have those of Windows.
///
/// Source: anthropics/hh-rlhf, README: "each line … contains a pair of texts".
enum Transcript {
  private static let speakers: [(text: String, role: Role)] = [
    ("Human:", .user), ("Assistant:", .assistant),
  ]
  /// What stands between two turns.
  private static let gaps = ["\n\n", "\r\n\r\n"]
  private static let cues = gaps.flatMap { gap in
    speakers.map { (text: gap + $0.text, role: $0.role) }
  }

  /// Whether a text is such a transcript: it begins with a cue, and without an empty line before it
  /// with the user's, and has another one.
  static func isOne(_ text: String) -> Bool {
    if cues.contains(where: { text.hasPrefix($0.text) }) { return true }
    let start = text.drop { $0.isWhitespace }
    return start.hasPrefix(speakers[0].text) && cues.contains { start.contains($0.text) }
  }

  /// The messages; spaces and line ends around what is said are not part of it.
  ///
  /// - Parameter isPrompt: whether the text is what was asked, so that a cue at its end to which
  ///   nobody speaks yet makes no message.
  static func messages(of text: String, isPrompt: Bool = false) -> [Message] {
    var messages: [Message] = []
    var rest = text.drop { $0.isWhitespace }
    var cue = speakers.first { rest.hasPrefix($0.text) }
    while let turn = cue {
      rest = rest.dropFirst(turn.text.count)
      let ends = cues.compactMap { rest.firstRange(of: $0.text)?.lowerBound }
      let end = ends.min() ?? rest.endIndex
      messages.append(Message(turn.role, .text(trimmed(rest[..<end]))))
      rest = rest[end...]
      cue = cues.first { rest.hasPrefix($0.text) }
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
