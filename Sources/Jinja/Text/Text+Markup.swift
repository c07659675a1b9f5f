/// What MarkupSafe does to texts that count as markup.
extension Text {
  /// `escape(text)`: the five characters of HTML, unless it is markup already.
  ///
  /// Source: MarkupSafe 3, `_native.py`.
  func escaped() -> Text {
    guard !isMarkup else { return self }
    var builder = TextBuilder()
    for piece in pieces {
      var bytes: [UInt8] = []
      piece.withBytes { for byte in $0 { Self.escape(byte, into: &bytes) } }
      builder.append(bytes, like: piece)
    }
    var text = builder.text
    text.isMarkup = true
    return text
  }

  private static func escape(_ byte: UInt8, into bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): bytes += "&amp;".utf8
    case UInt8(ascii: "<"): bytes += "&lt;".utf8
    case UInt8(ascii: ">"): bytes += "&gt;".utf8
    case UInt8(ascii: "'"): bytes += "&#39;".utf8
    case UInt8(ascii: "\""): bytes += "&#34;".utf8
    default: bytes.append(byte)
    }
  }

  /// `left + right`: if one of them is markup, the other is escaped.
  static func + (left: Text, right: Text) -> Text {
    guard left.isMarkup || right.isMarkup else { return left.appending(right) }
    var text = left.escaped().appending(right.escaped())
    text.isMarkup = true
    return text
  }
}
