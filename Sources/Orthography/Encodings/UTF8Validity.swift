/// Finds what is not UTF-8.
enum UTF8Validity {
  /// Whether all bytes are UTF-8.
  static func isValid(_ bytes: [UInt8]) -> Bool { firstFault(in: bytes[...]) == nil }

  /// The first byte above ASCII.
  static func firstAboveASCII(in bytes: ArraySlice<UInt8>) -> Int? {
    let start = bytes.startIndex
    return bytes.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return nil }
      var place = 0
      while isASCII(base, place, text.count) { place += 8 }
      return text[place...].firstIndex { $0 >= 0x80 }.map { start + $0 }
    }
  }

  /// The first bytes that are not UTF-8: a byte that cannot begin a character, or the beginning of a
  /// character up to where it breaks off.
  static func firstFault(in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    let start = bytes.startIndex
    return bytes.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return nil }
      var place = 0
      while place < text.count {
        if isASCII(base, place, text.count) {
          place += 8
          continue
        }
        let character = WellFormedCharacter(base, at: place, length: text.count)
        guard character.isValid else {
          return start + place..<start + place + faultLength(text[place...])
        }
        place += character.length
      }
      return nil
    }
  }

  /// Whether the next eight bytes are ASCII.
  @inline(__always)
  private static func isASCII(_ base: UnsafePointer<UInt8>, _ place: Int, _ count: Int) -> Bool {
    guard place + 8 <= count else { return false }
    let word = UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self)
    return word & 0x8080_8080_8080_8080 == 0
  }

  private static func faultLength(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    guard let first = rest.first else { return 0 }
    let trail =
      switch first {
      case 0xC2...0xDF: 1
      case 0xE0...0xEF: 2
      case 0xF0...0xF4: 3
      default: 0
      }
    return 1 + rest.dropFirst().prefix(trail).prefix { $0 & 0xC0 == 0x80 }.count
  }
}
