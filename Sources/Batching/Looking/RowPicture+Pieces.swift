extension RowPicture {
  /// A piece of the text between two borders that are drawn.
  struct Piece: Sendable, Equatable {
    /// The text.
    var text: String
    /// What part its token plays; that of the first where several share an akshara.
    var part: Part
    /// Whether it is a control token.
    var isSpecial: Bool
    /// What is drawn behind it: `│` for a border between tokens, `╎` for one inside an akshara, `·`
    /// for a border between two aksharas of one token.
    var border = ""
  }

  /// The text in pieces; `nil` if tokens have no places in it.
  ///
  /// A border inside a character is drawn before it: its bytes go with the token that ends it.
  ///
  /// - Parameter withAksharas: with the borders of tokens and aksharas. Without them neighbours that
  ///   look the same are one piece, so that letters join as they are written.
  func pieces(of text: String, withAksharas: Bool) -> [Piece]? {
    guard let ends else { return nil }
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var start = 0
    for border in borders(ends, in: bytes, withAksharas: withAksharas) {
      var limit = border.offset
      while limit < bytes.count, limit > start, bytes[limit] & 0xC0 == 0x80 { limit -= 1 }
      let token = tokens[border.token]
      let piece = Piece(
        text: String(decoding: bytes[start..<limit], as: UTF8.self), part: token.part,
        isSpecial: token.isSpecial, border: limit == bytes.count ? "" : border.mark)
      start = limit
      if let last = pieces.last, last.border.isEmpty, last.looks(like: piece) {
        pieces[pieces.count - 1].text += piece.text
        pieces[pieces.count - 1].border = piece.border
      } else {
        pieces.append(piece)
      }
    }
    return pieces
  }

  /// Where something is drawn, in order, and the token that the text before it belongs to. Between
  /// two letters of ASCII nothing is: each is an akshara of its own.
  private func borders(
    _ ends: [Int], in bytes: [UInt8], withAksharas: Bool
  ) -> [(offset: Int, mark: String, token: Int)] {
    var borders: [(offset: Int, mark: String, token: Int)] = []
    var (akshara, start) = (0, 0)
    for (token, end) in ends.enumerated() {
      defer { start = end }
      while akshara < aksharas.count, aksharas[akshara].upperBound < end {
        let border = aksharas[akshara].upperBound
        let isDrawn = border > start && (bytes[border - 1] >= 0x80 || bytes[border] >= 0x80)
        if withAksharas, isDrawn, !tokens[token].isSpecial { borders.append((border, "·", token)) }
        akshara += 1
      }
      let isWhole = akshara == aksharas.count || aksharas[akshara].upperBound == end
      borders.append((end, !withAksharas ? "" : isWhole ? "│" : "╎", token))
    }
    return borders
  }
}

extension RowPicture.Piece {
  /// Whether both are drawn the same way.
  fileprivate func looks(like other: Self) -> Bool {
    part == other.part && isSpecial == other.isSpecial
  }
}
