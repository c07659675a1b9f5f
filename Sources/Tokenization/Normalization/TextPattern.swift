import Orthography

/// What a replacement looks for.
enum TextPattern: Sendable, Equatable {
  /// A text, byte by byte.
  case literal(String)
  /// The matches of a regular expression.
  case regex(PatternExpression)

  /// The text with every match replaced.
  func replace(in text: AlignedText, with replacement: [UInt8]) -> AlignedText {
    switch self {
    case .literal(let literal):
      let literal = Array(literal.utf8)
      return text.replacing(with: replacement) { Self.find(literal, in: $0, from: $1) }
    case .regex(let expression): return expression.replace(in: text, with: replacement)
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

/// A regular expression in Oniguruma's syntax, ready to run.
struct PatternExpression: Sendable, Equatable {
  /// As a `tokenizer.json` spells it.
  let source: String
  /// `nil` for one that is only written.
  private let regex: RegularExpression?

  /// An expression that is only written into a file.
  init(written source: String) {
    self.source = source
    regex = nil
  }

  /// An expression that is run.
  ///
  /// - Throws: what `OnigurumaPattern` and `RegularExpression` throw.
  init(compiling source: String) throws {
    self.source = source
    regex = try RegularExpression(OnigurumaPattern.icu(source))
  }

  static func == (left: PatternExpression, right: PatternExpression) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8)
  }

  /// The text with every match replaced.
  func replace(in text: AlignedText, with replacement: [UInt8]) -> AlignedText {
    var matches: [Range<Int>] = []
    text.withBytes { bytes in
      regex?.segments(of: bytes, in: [0..<bytes.count]) { _, segments in
        matches = segments.filter(\.isMatch).map(\.range)
      }
    }
    var rest = matches[...]
    return text.replacing(with: replacement) { _, _ in rest.popFirst() }
  }
}
