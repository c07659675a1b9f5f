internal import Artifacts
public import Conversations

/// Shows rows on a terminal: context dim, what is trained on green, control tokens on a ground of
/// their own.
///
///     train row 3 · friday-3 · chatml · 41 tokens, 12 trained on
///     <|im_start|>user⏎
///     ನಮಸ್ಕಾರ<|im_end|>⏎
///     <|im_start|>assistant⏎
///     ⟦నమస్తే<|im_end|>⟧⏎
///
/// Without colours, brackets stand around what is trained on. Characters that would steer the
/// terminal are shown as their pictures.
public struct LabelPainter: Sendable {
  private let controlTokens: [String]
  private let coloured: Bool

  private enum Style {
    static let context = "\u{1B}[2m"
    static let supervised = "\u{1B}[32m"
    static let special = "\u{1B}[7m"
    static let reset = "\u{1B}[0m"
  }

  /// A painter of a set's rows.
  public init(_ manifest: ShardManifest, coloured: Bool) {
    // The longest first, since one token's text may begin another's.
    controlTokens = Array(Set(manifest.templates.flatMap(\.controlTokens)))
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    self.coloured = coloured
  }

  /// A row as lines of text, with a line feed at the end.
  public func paint(_ record: ShardRecord, _ split: Split, row: Int) -> String {
    let sample = record.sample
    var text =
      "\(split.rawValue) row \(row) · \(TerminalText.line(sample.conversationID)) · \(sample.template) · "
      + "\(sample.inputIDs.count) tokens, \(sample.supervisedCount) trained on\n"
    let utf8 = Array(sample.text.utf8)
    var isOpen = false
    for span in sample.spans {
      if !coloured && span.supervised != isOpen {
        text += span.supervised ? "⟦" : "⟧"
        isOpen = span.supervised
      }
      let piece = String(decoding: utf8[span.bytes.clamped(to: utf8.indices)], as: UTF8.self)
      text += paint(piece, span)
    }
    if isOpen { text += "⟧" }
    return text.hasSuffix("\n") ? text : text + "\n"
  }

  private func paint(_ piece: String, _ span: SampleSpan) -> String {
    guard coloured else { return TerminalText.lines(piece) }
    let style = span.supervised ? Style.supervised : Style.context
    guard span.kind != .content else { return style + TerminalText.lines(piece) + Style.reset }
    var painted = ""
    var rest = Substring(piece)
    while !rest.isEmpty {
      if let token = controlTokens.first(where: { rest.hasPrefix($0) }) {
        painted += style + Style.special + TerminalText.lines(token) + Style.reset
        rest = rest.dropFirst(token.count)
      } else {
        painted += style + TerminalText.lines(String(rest.removeFirst())) + Style.reset
      }
    }
    return painted
  }
}
