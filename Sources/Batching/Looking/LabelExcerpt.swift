public import Artifacts
internal import Tokenization

/// A few tokens around a place in a row, with their labels: what is shown of a fault.
///
///     …ನಮಸ್ಕಾರ [<|im_end|>] ⏎…        the token in brackets is where the fault shows
public struct LabelExcerpt: Sendable, Equatable {
  /// Tokens with the same label, as text.
  public struct Piece: Sendable, Equatable {
    /// The text; bytes that are only a part of a character become U+FFFD.
    public var text: String
    /// Whether it is trained on.
    public var supervised: Bool
    /// Whether the fault shows here.
    public var isFault: Bool
  }

  /// The pieces in order.
  public private(set) var pieces: [Piece]
  /// Whether the row has tokens before the first.
  public let isCutBefore: Bool
  /// Whether the row has tokens behind the last.
  public let isCutBehind: Bool

  /// So many tokens are shown on either side.
  private static let reach = 8

  /// The tokens around `token`.
  init(
    ids: UnsafeBufferPointer<TokenID>, labels: UnsafeBufferPointer<TokenID>, around token: Int,
    _ table: TokenTable
  ) {
    let shown = (token - Self.reach..<token + Self.reach + 1).clamped(to: ids.indices)
    isCutBefore = shown.lowerBound > 0
    isCutBehind = shown.upperBound < ids.count
    pieces = []
    var start = shown.lowerBound
    for index in shown {
      func style(_ index: Int) -> (Bool, Bool) {
        (index < labels.count && labels[index] != ignoreIndex, index == token)
      }
      let (supervised, isFault) = style(index)
      if index + 1 < shown.upperBound, style(index + 1) == (supervised, isFault) { continue }
      let text = Self.text(ids[start...index], table)
      pieces.append(Piece(text: text, supervised: supervised, isFault: isFault))
      start = index + 1
    }
  }

  private static func text(_ ids: Slice<UnsafeBufferPointer<TokenID>>, _ table: TokenTable)
    -> String
  {
    var bytes: [UInt8] = []
    for id in ids {
      bytes += table.contains(id) ? table.decode([id]) : Array("‹\(id)›".utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The excerpt on one line: on a terminal with colours, elsewhere with ⟦ ⟧ around what is trained
  /// on and [ ] around the fault.
  public func line(coloured: Bool) -> String {
    let shown = pieces.map { piece -> String in
      let text = TerminalText.line(piece.text)
      guard coloured else {
        let marked = piece.isFault ? "[\(text)]" : text
        return piece.supervised ? "⟦\(marked)⟧" : marked
      }
      let colour = piece.supervised ? TerminalColour.supervised : TerminalColour.context
      return (piece.isFault ? TerminalColour.fault : colour) + text + TerminalColour.reset
    }
    return (isCutBefore ? "…" : "") + shown.joined() + (isCutBehind ? "…" : "")
  }

  /// The excerpt for programs.
  public var json: JSONValue {
    .array(
      pieces.map {
        [
          "text": .string($0.text), "supervised": .bool($0.supervised), "fault": .bool($0.isFault),
        ]
      })
  }
}

/// The escape sequences that reports on a terminal use (ECMA-48, "select graphic rendition").
package enum TerminalColour {
  /// What is only read: faint.
  package static let context = "\u{1B}[2m"
  /// What is trained on: green.
  package static let supervised = "\u{1B}[32m"
  /// Where a fault shows: white on red.
  package static let fault = "\u{1B}[97;41m"
  /// A heading of something wrong: bold red.
  package static let wrong = "\u{1B}[1;31m"
  /// Something to know: yellow.
  package static let notice = "\u{1B}[33m"
  /// Something that holds: bold green.
  package static let right = "\u{1B}[1;32m"
  /// The end of any of them.
  package static let reset = "\u{1B}[0m"

  /// `text` in a colour, or as it is.
  package static func paint(_ text: String, _ colour: String, if coloured: Bool) -> String {
    coloured ? colour + text + reset : text
  }
}
