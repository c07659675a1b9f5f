package import Conversations

/// Shows rows on a terminal: context dim, what is trained on green, control tokens on a ground of
/// their own, padding crossed out.
///
///     train row 3 · friday-3 · chatml · 41 tokens, 12 trained on
///     <|im_start|>user⏎
///     ನಮಸ್ಕಾರ<|im_end|>⏎
///     <|im_start|>assistant⏎
///     ⟦నమస్తే<|im_end|>⟧⏎
///
/// Without colours, brackets stand around what is trained on. Characters that would steer the
/// terminal are shown as their pictures.
package struct LabelPainter: Sendable {
  /// What is shown besides the text.
  package struct Options: Sendable, OptionSet {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Colours; otherwise brackets and letters.
    package static let coloured = Options(rawValue: 1)
    /// The borders of tokens (`│`, or `╎` inside an akshara) and of aksharas (`·`).
    package static let aksharas = Options(rawValue: 2)
    /// A line a token, with its ID and label.
    package static let ids = Options(rawValue: 4)
    /// A line a token, with its bytes.
    package static let bytes = Options(rawValue: 8)
  }

  private let options: Options

  /// A painter.
  package init(_ options: Options) { self.options = options }

  /// A row as lines of text, with a line feed at the end.
  ///
  /// - Parameters:
  ///   - picture: the row's tokens, made with the tokenizer of the set.
  ///   - row: the row's number in its split.
  package func paint(
    _ sample: LabeledSample, _ picture: RowPicture, _ split: Split, row: Int
  ) -> String {
    var text =
      "\(split.rawValue) row \(row) · \(TerminalText.line(sample.conversationID)) · \(sample.template) · "
      + "\(sample.inputIDs.count) tokens, \(sample.supervisedCount) trained on"
    let padding = picture.tokens.count { $0.part == .padding }
    text += padding == 0 ? "\n" : ", \(padding) padding\n"
    if options.contains(.aksharas), picture.ends != nil {
      text += "\(picture.aksharas.count) aksharas, \(picture.cutAksharas) cut by tokens\n"
    }
    if !options.isDisjoint(with: [.ids, .bytes]) {
      text += TokenLines(picture, options).lines
    } else if let pieces = picture.pieces(
      of: sample.text, withAksharas: options.contains(.aksharas))
    {
      text += paint(pieces)
    } else {
      // The bytes of each token say more than a text that they are not.
      text += "the tokens do not decode to the text; the tokens:\n"
      text += TokenLines(picture, options.union(.bytes)).lines
    }
    return text.hasSuffix("\n") ? text : text + "\n"
  }

  private func paint(_ pieces: [RowPicture.Piece]) -> String {
    var text = ""
    var isOpen = false
    var style: TerminalStyle?
    for piece in pieces {
      if !options.contains(.coloured), (piece.part == .supervised) != isOpen {
        text += isOpen ? "⟧" : "⟦"
        isOpen.toggle()
      }
      let wanted = options.contains(.coloured) ? TerminalStyle(piece.part, piece.isSpecial) : nil
      if wanted != style {
        if style != nil { text += TerminalStyle.reset }
        text += wanted?.start ?? ""
        style = wanted
      }
      text += TerminalText.lines(piece.text) + piece.border
    }
    if style != nil { text += TerminalStyle.reset }
    return isOpen ? text + "⟧" : text
  }
}

/// How a token looks on a terminal.
struct TerminalStyle: Equatable {
  /// The codes that begin it.
  let start: String

  /// Ends every style.
  static let reset = "\u{1B}[0m"

  /// The style of a token: dim, green or crossed out, a control token on a ground of its own.
  ///
  /// Source: ECMA-48, 5th edition, §8.3.117 (SGR).
  init(_ part: RowPicture.Part, _ isSpecial: Bool) {
    let colour =
      switch part {
      case .context: "\u{1B}[2m"
      case .supervised: "\u{1B}[32m"
      case .padding: "\u{1B}[2;9m"
      }
    start = colour + (isSpecial ? "\u{1B}[7m" : "")
  }
}
