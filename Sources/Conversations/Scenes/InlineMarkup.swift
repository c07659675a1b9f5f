/// Takes the marks of emphasis out of a line: `**bold**`, `*italic*`, `***both***`, `_underlined_`.
///
/// A mark is one only where its twin closes it on the same line, with text directly inside both;
/// `2 * 3 * 4` and `snake_case` stay as they are. A backslash keeps the mark behind it.
///
/// Source: fountain.io, "Emphasis"; the same marks in Markdown.
enum InlineMarkup {
  static func plain(_ line: String) -> String {
    guard line.utf8.contains(where: { $0 == star || $0 == underscore || $0 == backslash }) else {
      return line
    }
    var bytes = Array(line.utf8)
    var literal = [Bool](repeating: false, count: bytes.count)
    removeEscapes(from: &bytes, literal: &literal)
    for mark in ["***", "**", "*", "_"] {
      removePairs(of: Array(mark.utf8), from: &bytes, literal: &literal)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let star = UInt8(ascii: "*")
  private static let underscore = UInt8(ascii: "_")
  private static let backslash = UInt8(ascii: "\\")

  private static func removeEscapes(from bytes: inout [UInt8], literal: inout [Bool]) {
    var kept: [UInt8] = []
    var isLiteral: [Bool] = []
    var index = 0
    while index < bytes.count {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      let isEscape = bytes[index] == backslash && (next == star || next == underscore)
      kept.append(isEscape ? next : bytes[index])
      isLiteral.append(isEscape)
      index += isEscape ? 2 : 1
    }
    (bytes, literal) = (kept, isLiteral)
  }

  private static func removePairs(
    of mark: [UInt8], from bytes: inout [UInt8], literal: inout [Bool]
  ) {
    var removed = [Bool](repeating: false, count: bytes.count)
    var start = 0
    while let open = find(mark, in: bytes, literal, from: start, opening: true),
      let close = find(mark, in: bytes, literal, from: open + mark.count + 1, opening: false)
    {
      for position in [open, close] {
        for index in position..<position + mark.count { removed[index] = true }
      }
      start = close + mark.count
    }
    bytes = zip(bytes, removed).filter { !$0.1 }.map(\.0)
    literal = zip(literal, removed).filter { !$0.1 }.map(\.0)
  }

  /// The next place where a mark can open (text follows) or close (text goes before).
  private static func find(
    _ mark: [UInt8], in bytes: [UInt8], _ literal: [Bool], from start: Int, opening: Bool
  ) -> Int? {
    guard start + mark.count <= bytes.count else { return nil }
    return (start...bytes.count - mark.count).first { index in
      let end = index + mark.count
      guard bytes[index..<end].elementsEqual(mark), !literal[index..<end].contains(true) else {
        return false
      }
      let before = index > 0 ? bytes[index - 1] : UInt8(ascii: " ")
      let after = end < bytes.count ? bytes[end] : UInt8(ascii: " ")
      let (inside, outside) = opening ? (after, before) : (before, after)
      let isAttached = !isSpace(inside) && inside != mark[0] && (outside != mark[0])
      return isAttached && (mark[0] == star || !isWord(outside))
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Letters and digits of ASCII, and all bytes of other characters.
  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
      || Character(Unicode.Scalar(byte)).isNumber
  }
}
