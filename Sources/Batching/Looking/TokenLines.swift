/// A row's tokens, a line each.
///
///     token      id  label  part        bytes              text
///         0       5   −100  special     3C 7C 69 6D …      <|im_start|>
///         8     277    277  supervised  E0 B2 95           ಕ
struct TokenLines {
  private let picture: RowPicture
  private let options: LabelPainter.Options

  init(_ picture: RowPicture, _ options: LabelPainter.Options) {
    self.picture = picture
    self.options = options
  }

  /// The lines, each with its line feed. The text stands last: its width is the terminal's affair.
  var lines: String {
    let hasBytes = options.contains(.bytes)
    let width = picture.tokens.reduce(5) { max($0, $1.bytes.count * 3 - 1) }
    let room = min(width, 36)
    var text =
      "  token       id    label  part       " + (hasBytes ? "  " + pad("bytes", room) : "")
    text += "  text\n"
    for (index, token) in picture.tokens.enumerated() {
      let label = token.part == .supervised ? String(token.id) : "−100"
      let part = token.isSpecial && token.part == .context ? "special" : token.part.rawValue
      var line = padLeft(String(index), 7) + padLeft(String(token.id), 9) + padLeft(label, 9)
      line += "  " + pad(part + (token.isSpecial && token.part == .supervised ? "*" : ""), 11)
      if hasBytes { line += "  " + pad(Self.hexadecimal(token.bytes), room) }
      line += "  " + shown(token)
      guard options.contains(.coloured) else {
        text += line + "\n"
        continue
      }
      text += TerminalStyle(token.part, token.isSpecial).start + line + TerminalStyle.reset + "\n"
    }
    return text
  }

  /// The token's text; bytes that are only part of a character in angle brackets.
  private func shown(_ token: RowPicture.Token) -> String {
    guard let text = String(validating: token.bytes, as: UTF8.self) else {
      return "‹" + Self.hexadecimal(token.bytes) + "›"
    }
    return TerminalText.line(text)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
