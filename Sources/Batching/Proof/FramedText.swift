/// A text of which parts are known, and between them nothing but a template's marks: whether it says what
/// it should, where a template writes more than the message's own text as the message's.
///
///     <think>\nhm\n</think>\n\nನಮಸ್ಕಾರ       holds "hm" and "ನಮಸ್ಕಾರ", and not "hm" or "ನಮಸ್ಕಾರ" alone
///     <|START_RESPONSE|>a<|END_RESPONSE|>   holds "a"
///     <|channel>thought\nhm<channel|>a      holds "hm" and "a"
///
/// Whatever is neither part nor mark makes it another text.
struct FramedText {
  private let bytes: [UInt8]

  /// No template writes more marks in one place, in bytes.
  private static let longestFrame = 96
  /// No mark that a row may be cut in is longer.
  private static let longestCutFrame = 32
  /// Nothing between brackets is a mark if it is longer.
  private static let longestMark = 40
  /// No channel's name is longer: `analysis`.
  private static let longestName = 16

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the text is these parts, in this order, with marks and white space around them.
  ///
  /// - Parameter parts: texts, of which white space at their ends may be missing or be other white
  ///   space; blank ones may be absent.
  func holds(_ parts: [[UInt8]]) -> Bool {
    Self.holds(parts.map(Self.forms)[...], in: bytes[...], isCut: false)
  }

  /// Whether the text is a beginning of such a text.
  func begins(_ parts: [[UInt8]]) -> Bool {
    Self.holds(parts.map(Self.forms)[...], in: bytes[...], isCut: true)
  }

  /// The forms in which a part may stand, the longest first: as it is; without the white space that may
  /// stand between marks; and without what Jinja's `trim` takes off besides, such as U+00A0 and U+3000, at
  /// one end or both.
  private static func forms(_ part: [UInt8]) -> [ArraySlice<UInt8>] {
    let inner = part.drop(while: isSpace)
    let own = inner[..<(inner.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? inner.startIndex)]
    // Short white space may stand between marks in any case.
    if own.isEmpty { return part.count > longestFrame ? [part[...], []] : [[]] }
    let core = own.withUnsafeBytes { PythonWhitespace.range(of: $0, .both) }
    let (start, end) = (own.startIndex + core.lowerBound, own.startIndex + core.upperBound)
    if own.startIndex == start && own.endIndex == end { return [part[...], own] }
    if core.isEmpty { return [part[...], own, []] }
    return [part[...], own, own[start...], own[..<end], own[start..<end]]
  }

  /// Whether the text is one form of each part.
  private static func holds(
    _ parts: ArraySlice<[ArraySlice<UInt8>]>, in text: ArraySlice<UInt8>, isCut: Bool
  ) -> Bool {
    if isCut && isFrameBeginning(text) { return true }
    guard let forms = parts.first else { return text.count <= longestFrame && isFrame(text) }
    return forms.contains { holds($0, then: parts.dropFirst(), in: text, isCut: isCut) }
  }

  private static func holds(
    _ part: ArraySlice<UInt8>, then others: ArraySlice<[ArraySlice<UInt8>]>,
    in text: ArraySlice<UInt8>, isCut: Bool
  ) -> Bool {
    if part.isEmpty { return holds(others, in: text, isCut: isCut) }
    for start in text.indices.prefix(longestFrame + 1) {
      let rest = text[start...]
      let isWhole = rest.starts(with: part)
      guard isWhole || isCut && part.starts(with: rest), isFrame(text[..<start]) else { continue }
      if !isWhole { return true }
      if holds(others, in: rest.dropFirst(part.count), isCut: isCut) { return true }
    }
    return false
  }

  /// Whether it may be the beginning of marks, where a row is cut.
  private static func isFrameBeginning(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first(where: { !isSpace($0) }) else { return true }
    return text.count <= longestCutFrame && [UInt8(ascii: "<"), UInt8(ascii: "[")].contains(first)
  }

  // MARK: Marks

  /// Whether it is nothing but white space and marks: `<…>` or `[…]` without white space, and behind
  /// one with `|` in it the name of a channel or role.
  private static func isFrame(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    while let byte = rest.first {
      if isSpace(byte) {
        rest = rest.dropFirst()
        continue
      }
      guard let end = endOfMark(rest) else { return false }
      let isNamed = rest[..<end].contains(UInt8(ascii: "|"))
      rest = rest[end...]
      if isNamed { rest = withoutName(rest) }
    }
    return true
  }

  private static func endOfMark(_ text: ArraySlice<UInt8>) -> Int? {
    let close: UInt8
    switch text.first {
    case UInt8(ascii: "<"): close = UInt8(ascii: ">")
    case UInt8(ascii: "["): close = UInt8(ascii: "]")
    default: return nil
    }
    let inner = text.dropFirst().prefix(longestMark)
    guard let end = inner.firstIndex(where: { $0 == close || isSpace($0) }), end > inner.startIndex,
      text[end] == close
    else { return nil }
    return end + 1
  }

  /// What stands behind a name that a line feed or another mark ends.
  private static func withoutName(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let name = text.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    let rest = text.dropFirst(name.count)
    let isEnded = rest.first == UInt8(ascii: "\n") || rest.first == UInt8(ascii: "<")
    return name.count <= longestName && isEnded ? rest : text
  }

  /// Whether it is white space that may stand between marks.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
