/// `strip`, `lstrip` and `rstrip`.
extension Text {
  /// Which ends are trimmed.
  enum Side { case left, right, both }

  /// Without the characters of `characters` at its ends; without white space where none are given.
  func trimmed(_ side: Side = .both, of characters: Text? = nil) -> Text {
    let set = characters.map { Set($0.scalars) }
    let range = withBytes { bytes in
      var (low, high) = (0, bytes.count)
      if side != .right {
        while low < high {
          let (scalar, length) = bytes.scalar(at: low)
          guard set?.contains(scalar) ?? scalar.isPythonSpace else { break }
          low += length
        }
      }
      if side != .left {
        while high > low {
          var start = high - 1
          while start > low && bytes[start] & 0xC0 == 0x80 { start -= 1 }
          let scalar = bytes.scalar(at: start).0
          guard set?.contains(scalar) ?? scalar.isPythonSpace else { break }
          high = start
        }
      }
      return low..<high
    }
    return range.count == count ? self : slice(range)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The code point that begins at `offset` of valid UTF-8, and how many bytes it has.
  func scalar(at offset: Int) -> (Unicode.Scalar, Int) {
    let first = self[offset]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard offset + length <= count else { return ("\u{FFFD}", count - offset) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(self[offset + index] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }
}
