/// A text on its way through normalizers: its bytes, and the part of the input each one stands for.
///
/// ```
/// input        a b            bytes   ▁  ▁  ▁  a  ▁  ▁  ▁  b
/// offsets      0 1 2          ends    0  0  0  1  2  2  2  3
/// ```
///
/// A byte that was kept ends behind its own input byte; one that was made of others ends behind the
/// last of those; an inserted one (a dummy prefix) ends where the text before it ends, so it covers
/// nothing. What was deleted belongs to what comes after it.
struct AlignedText: Sendable, Equatable {
  /// The text.
  private(set) var bytes: [UInt8]
  /// `ends[i]` is the offset in the input behind what byte `i` stands for; it never falls.
  private(set) var ends: [Int32]
  /// Where the text begins in the input.
  let start: Int32

  /// A text of which nothing is changed yet: `input[range]`.
  init(_ input: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    bytes = Array(input[range])
    ends = Array(Int32(range.lowerBound) + 1..<Int32(range.upperBound) + 1)
    start = Int32(range.lowerBound)
  }

  /// An empty text with room for `capacity` bytes.
  init(start: Int32, capacity: Int = 0) {
    bytes = []
    ends = []
    bytes.reserveCapacity(capacity)
    ends.reserveCapacity(capacity)
    self.start = start
  }

  /// The number of bytes.
  var count: Int { bytes.count }
  /// Whether there are none.
  var isEmpty: Bool { bytes.isEmpty }

  /// Where in the input the byte at `offset` begins, or the text ends.
  func inputOffset(of offset: Int) -> Int32 { offset == 0 ? start : ends[offset - 1] }

  /// A part of the text.
  subscript(range: Range<Int>) -> AlignedText {
    var part = AlignedText(start: inputOffset(of: range.lowerBound), capacity: range.count)
    part.append(self, range)
    return part
  }

  /// Appends a part of another text as it is.
  mutating func append(_ other: AlignedText, _ range: Range<Int>) {
    bytes += other.bytes[range]
    ends += other.ends[range]
  }

  /// Appends bytes that all stand for the same part of the input, which ends at `end`.
  mutating func append(_ text: some Collection<UInt8>, end: Int32) {
    bytes += text
    ends += repeatElement(end, count: text.count)
  }

  /// Appends bytes made of a part of the input, which the last of them covers.
  mutating func append(_ text: some Collection<UInt8>, from start: Int32, to end: Int32) {
    append(text.dropLast(), end: start)
    append(text.suffix(1), end: end)
  }

  /// Lets the last byte cover the input up to `end`, too.
  mutating func extendLast(to end: Int32) {
    if !ends.isEmpty { ends[ends.count - 1] = end }
  }

  /// Takes bytes off the end.
  mutating func removeLast(_ count: Int) {
    bytes.removeLast(count)
    ends.removeLast(count)
  }

  /// Lets `body` read the bytes.
  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer(body)
  }

  /// The text with `text` before it, covering nothing.
  func prefixed(with text: [UInt8]) -> AlignedText {
    var result = AlignedText(start: start, capacity: count + text.count)
    result.append(text, end: start)
    result.append(self, 0..<count)
    return result
  }

  /// The text with each match, as `next` finds it from a position on, replaced.
  ///
  /// - Parameter next: the first match at or after an offset; `nil` if there is none.
  func replacing(
    with text: [UInt8], next: (UnsafeBufferPointer<UInt8>, Int) -> Range<Int>?
  ) -> AlignedText {
    withBytes { source in
      var result = AlignedText(start: start, capacity: count + count / 2)
      var position = 0
      var search = 0
      var isChanged = false
      while search <= count, let match = next(source, search) {
        isChanged = true
        result.append(self, position..<match.lowerBound)
        result.append(text, end: inputOffset(of: match.upperBound))
        position = match.upperBound
        // After an empty match the search goes on behind the next character.
        search =
          match.isEmpty
          ? (position < count ? position + UTF8Character(source, at: position).length : count + 1)
          : position
      }
      guard isChanged else { return self }
      result.append(self, position..<count)
      return result
    }
  }

  /// The text with each character replaced by what `body` makes of it; `nil` keeps it.
  func mappingCharacters(_ body: (UTF8Character) -> [UInt8]?) -> AlignedText {
    withBytes { source in
      var result = AlignedText(start: start, capacity: count)
      var kept = 0
      var position = 0
      while position < count {
        let character = UTF8Character(source, at: position)
        let end = position + character.length
        if let replacement = body(character) {
          result.append(self, kept..<position)
          result.append(replacement, end: ends[end - 1])
          kept = end
        }
        position = end
      }
      if kept == 0 { return self }
      result.append(self, kept..<count)
      return result
    }
  }
}
