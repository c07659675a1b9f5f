import Orthography

/// Where white space and words end around an added token.
enum WordBorders {
  /// Where the white space that begins at `position` ends.
  static func end(ofSpaceFrom position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var end = position
    while end < bytes.count {
      let next = UTF8Character(bytes, at: end)
      guard next.isWhitespace else { break }
      end += next.length
    }
    return end
  }

  /// Where the white space that ends at `position` begins.
  static func start(ofSpaceBefore position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var start = position
    while let previous = UTF8Character.before(start, in: bytes), previous.isWhitespace {
      start -= previous.length
    }
    return start
  }

  /// Whether the character that begins at `position` is one of a word.
  static func isWord(at position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    position < bytes.count && UTF8Character(bytes, at: position).isWordPart
  }

  /// Whether the character that ends at `position` is one of a word.
  static func isWord(before position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    UTF8Character.before(position, in: bytes)?.isWordPart ?? false
  }
}

extension UTF8Character {
  /// Whether it is a byte that is part of no character.
  func isBroken(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    length == 1 && bytes[position] >= 0x80
  }

  /// The character that ends at `position`; `nil` at the start.
  static func before(_ position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UTF8Character? {
    guard position > 0 else { return nil }
    for length in stride(from: min(4, position), through: 1, by: -1) {
      let character = UTF8Character(bytes, at: position - length)
      if character.length == length { return character }
    }
    return nil
  }

  /// Unicode's `White_Space`.
  var isWhitespace: Bool {
    CharacterClass.whitespace.contains(CharacterClassTable.shared[codePoint])
  }

  /// `\w` as Rust's regex crate and UTS #18 define it: `Alphabetic`, marks, decimal digits,
  /// connector punctuation and the two joiners.
  var isWordPart: Bool {
    guard let scalar = Unicode.Scalar(codePoint) else { return false }
    if codePoint == 0x200C || codePoint == 0x200D { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return scalar.properties.isAlphabetic
    }
  }
}
