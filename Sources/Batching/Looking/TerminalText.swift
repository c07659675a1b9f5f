/// Text from data, made safe to show on a terminal.
enum TerminalText {
  /// Line feeds are shown and kept; characters that would steer the terminal become their pictures
  /// (U+2400 …), and marks that would hide what stands where, U+FFFD.
  static func lines(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: shown += "⏎\n"
      case 0x00...0x1F: shown.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
      case 0x7F: shown += "␡"
      // C1 controls, and what turns the direction of text.
      case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: shown += "\u{FFFD}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// The same on one line.
  static func line(_ text: String) -> String { lines(text).replacing("⏎\n", with: "⏎") }
}
