/// What a replacement looks for.
enum TextPattern: Sendable, Equatable {
  /// A text, byte by byte.
  case literal(String)
  /// The matches of a regular expression.
  case regex(String)

  /// The text with every match replaced.
  func replace(in text: AlignedText, with replacement: [UInt8]) -> AlignedText {
    switch self {
    case .literal(let literal):
      let literal = Array(literal.utf8)
      return text.replacing(with: replacement) { Self.find(literal, in: $0, from: $1) }
    case .regex: return text
    }
  }

  /// A text by itself with every match replaced.
  func replaced(in text: [UInt8], with replacement: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer {
      replace(in: AlignedText($0, 0..<$0.count), with: replacement).bytes
    }
  }

  /// The first occurrence at or after `start`; an empty text occurs nowhere.
  private static func find(
    _ literal: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Range<Int>? {
    guard let first = literal.first else { return nil }
    var position = start
    while position + literal.count <= text.count {
      if text[position] == first,
        text[position..<position + literal.count].elementsEqual(literal)
      {
        return position..<position + literal.count
      }
      position += 1
    }
    return nil
  }
}
