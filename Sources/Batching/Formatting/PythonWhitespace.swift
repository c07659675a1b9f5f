/// White space as Python's `str.strip()` and so Jinja's `trim` know it, in bytes of valid UTF-8: what
/// `trimmingWhitespaceAsPython` finds in strings.
enum PythonWhitespace {
  /// What is left of a text.
  static func range(
    of text: UnsafeRawBufferPointer, _ trimming: SegmentWriter.Trimming
  ) -> Range<Int> {
    guard trimming != .none else { return 0..<text.count }
    var end = text.count
    while end > 0, case let start = characterStart(before: end, in: text),
      isSpace(text, start..<end)
    { end = start }
    var start = 0
    while trimming == .both, start < end, case let next = characterEnd(from: start, in: text),
      isSpace(text, start..<next)
    { start = next }
    return start..<end
  }

  /// Where the white space that begins at `start` ends.
  static func end(ofSpaceFrom start: Int, in text: UnsafeRawBufferPointer) -> Int {
    var end = start
    while end < text.count, case let next = characterEnd(from: end, in: text),
      isSpace(text, end..<next)
    { end = next }
    return end
  }

  /// Whether a text holds nothing else.
  static func isAll(of text: UnsafeRawBufferPointer) -> Bool {
    range(of: text, .end).isEmpty
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  private static func characterStart(before end: Int, in text: UnsafeRawBufferPointer) -> Int {
    var start = end - 1
    while start > 0, isContinuation(text[start]) { start -= 1 }
    return start
  }

  private static func characterEnd(from start: Int, in text: UnsafeRawBufferPointer) -> Int {
    var end = start + 1
    while end < text.count, isContinuation(text[end]) { end += 1 }
    return end
  }

  /// Whether a character is white space. All that is has at most three bytes.
  private static func isSpace(_ text: UnsafeRawBufferPointer, _ character: Range<Int>) -> Bool {
    let first = UInt32(text[character.lowerBound])
    func bits(_ index: Int) -> UInt32 { UInt32(text[character.lowerBound + index] & 0x3F) }
    let value: UInt32
    switch character.count {
    case 1: value = first
    case 2: value = (first & 0x1F) << 6 | bits(1)
    case 3: value = (first & 0x0F) << 12 | bits(1) << 6 | bits(2)
    default: return false
    }
    return Unicode.Scalar(value)?.isPythonWhitespace ?? false
  }
}
