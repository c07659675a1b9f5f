/// One code point of a text that may hold bytes which are not UTF-8.
struct WellFormedCharacter {
  /// The code point; meaningless where `isValid` is false.
  let codePoint: UInt32
  /// Its bytes, 1 to 4; a byte that is part of no well-formed sequence stands alone.
  let length: Int
  /// Whether the bytes are UTF-8.
  let isValid: Bool

  /// The character at `position` of a text of `length` bytes.
  ///
  /// Source: The Unicode Standard 15.0, table 3-7 (well-formed UTF-8 byte sequences).
  @inline(__always)
  init(_ text: UnsafePointer<UInt8>, at position: Int, length: Int) {
    let first = UInt32(text[position])
    // Kannada, Telugu and most of the world need three bytes: they come first.
    if first & 0xF0 == 0xE0, position + 2 < length {
      let second = UInt32(text[position + 1]) ^ 0x80
      let third = UInt32(text[position + 2]) ^ 0x80
      let code = (first & 0x0F) << 12 | second << 6 | third
      let isValid = (second | third) < 0x40 && code >= 0x800 && code & 0xF800 != 0xD800
      self.init(code, length: isValid ? 3 : 1, isValid)
    } else if first < 0x80 {
      self.init(first, length: 1, true)
    } else {
      self = Self.rare(text, at: position, length: length)
    }
  }

  @inline(__always)
  private init(_ codePoint: UInt32, length: Int, _ isValid: Bool) {
    self.codePoint = codePoint
    self.length = length
    self.isValid = isValid
  }

  private static let broken = WellFormedCharacter(0xFFFD, length: 1, false)

  private static func rare(
    _ text: UnsafePointer<UInt8>, at position: Int, length: Int
  ) -> WellFormedCharacter {
    let first = UInt32(text[position])
    func trail(_ offset: Int) -> UInt32? {
      guard position + offset < length else { return nil }
      let byte = UInt32(text[position + offset]) ^ 0x80
      return byte < 0x40 ? byte : nil
    }
    switch first {
    case 0xC2...0xDF:
      guard let second = trail(1) else { return broken }
      return WellFormedCharacter((first & 0x1F) << 6 | second, length: 2, true)
    case 0xF0...0xF4:
      guard let second = trail(1), let third = trail(2), let fourth = trail(3) else {
        return broken
      }
      let code = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
      guard (0x10000..<0x110000).contains(code) else { return broken }
      return WellFormedCharacter(code, length: 4, true)
    default: return broken
    }
  }
}
