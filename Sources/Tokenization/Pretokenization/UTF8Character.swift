import Orthography

/// One code point of a text that may hold bytes which are not UTF-8.
struct UTF8Character {
  /// The code point; for a byte that is part of no well-formed sequence, U+FFFD.
  var codePoint: UInt32
  /// The number of bytes: 1 for a byte that is part of no well-formed sequence.
  var length: Int

  private static let broken = UTF8Character(codePoint: 0xFFFD, length: 1)

  /// The character at `position`, which must lie inside `bytes`.
  ///
  /// Source: The Unicode Standard 15.0, table 3-7 (well-formed UTF-8 byte sequences).
  @inline(__always)
  init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    let first = bytes[position]
    if first < 0x80 {
      codePoint = UInt32(first)
      length = 1
    } else {
      self = Self.multibyte(bytes, at: position, first: first)
    }
  }

  private init(codePoint: UInt32, length: Int) {
    self.codePoint = codePoint
    self.length = length
  }

  private static func multibyte(
    _ bytes: UnsafeBufferPointer<UInt8>, at position: Int, first: UInt8
  ) -> UTF8Character {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if first == 0xE0 { second = 0xA0...0xBF }  // no overlong forms
      if first == 0xED { second = 0x80...0x9F }  // no surrogates
    case 0xF0...0xF4:
      length = 4
      if first == 0xF0 { second = 0x90...0xBF }  // no overlong forms
      if first == 0xF4 { second = 0x80...0x8F }  // nothing above U+10FFFF
    default: return broken
    }
    guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
      return broken
    }
    var codePoint = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = bytes[position + offset]
      guard byte & 0xC0 == 0x80 else { return broken }
      codePoint = codePoint << 6 | UInt32(byte & 0x3F)
    }
    return UTF8Character(codePoint: codePoint, length: length)
  }
}
