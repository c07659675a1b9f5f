/// A scene as text: its heading, then a line for whatever happens.
///
/// ```
/// INT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ
/// (ಹಾಲು ಉಕ್ಕುತ್ತಿದೆ.)
/// ಮೀನಾ: ಅಜ್ಜಿ, ಕಾಫಿ?
/// ```
enum SceneText {
  /// The text of some beats below a heading.
  static func text(heading: String?, _ beats: [Scene.Beat]) -> String {
    let lines = beats.map { beat in
      switch beat {
      case .speech(let speech): "\(speech.speaker): \(speech.text)"
      case .action(let text): "(\(text))"
      }
    }
    return ([heading].compactMap(\.self) + lines).joined(separator: "\n")
  }

  /// A text up to the first `.`, `!`, `?`, `…`, danda or line end behind which something follows.
  static func firstSentence(of text: String) -> String {
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let next = scalars.index(after: index)
      if scalars[index] == "\n" { return String(text[..<index]).trimmingSpaces() }
      let ends = sentenceEnds.contains(scalars[index])
      if ends, next < scalars.endIndex, scalars[next].properties.isWhitespace {
        return String(text[..<next]).trimmingSpaces()
      }
      index = next
    }
    return text
  }

  private static let sentenceEnds: Set<Unicode.Scalar> = [".", "!", "?", "…", "।", "॥"]
}
