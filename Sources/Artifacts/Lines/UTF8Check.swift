/// Finds bytes that are not UTF-8.
public enum UTF8Check {
  /// The offset of the first byte that cannot stand there, or `nil` if all is UTF-8.
  ///
  /// A sequence that is cut at the end counts from its first byte.
  ///
  /// Source: The Unicode Standard, table 3-7 (no overlong forms, no surrogates, at most U+10FFFF).
  public static func firstInvalidByte(in bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      guard let length = sequenceLength(at: index, in: bytes) else { return index }
      index += length
    }
    return nil
  }

  /// The offset of the first byte of an array that is not UTF-8.
  public static func firstInvalidByte(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { firstInvalidByte(in: $0) }
  }

  /// The length of the well-formed sequence of two to four bytes at `index`.
  private static func sequenceLength(at index: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
    for offset in index + 2..<max(index + 2, index + length)
    where bytes[offset] & 0xC0 != 0x80 {
      return nil
    }
    return length
  }
}
