/// Texts one behind another.
struct TextColumn: Sendable {
  /// All of them.
  private(set) var bytes: [UInt8] = []
  /// Where each begins, and where the last one ends.
  private(set) var offsets: [Int32] = [0]

  /// As it is written.
  var column: ArrowColumn { .utf8(offsets: offsets, bytes: bytes) }

  /// How many texts there are.
  var count: Int { offsets.count - 1 }

  /// Where some of the texts lie.
  func byteRange(_ range: Range<Int>) -> Range<Int> {
    Int(offsets[range.lowerBound])..<Int(offsets[range.upperBound])
  }

  /// Whether a text has these bytes.
  func holds(_ text: [UInt8], at index: Int) -> Bool {
    let range = byteRange(index..<index + 1)
    return range.count == text.count
      && bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).equals(text) }
  }

  /// Appends a text.
  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: text)
    endText()
  }

  /// Appends a text.
  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    endText()
  }

  /// Appends texts of another column.
  mutating func append(_ other: TextColumn, _ range: Range<Int>) {
    let part = other.byteRange(range)
    offsets.append(offsets: other.offsets[range.lowerBound...range.upperBound], from: bytes.count)
    bytes.append(contentsOf: other.bytes[part])
  }

  /// Appends a part of a text that is not ended yet.
  mutating func appendPart(_ part: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: part) }

  /// Ends a text.
  mutating func endText() { offsets.append(Int32(bytes.count)) }

  /// Makes room for so many bytes.
  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// Forgets the texts, but keeps the memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeSubrange(1...)
  }
}

extension [Int32] {
  /// Appends the ends of other lists, whose first begins where `count` elements stand already.
  mutating func append(offsets: ArraySlice<Int32>, from count: Int) {
    guard let first = offsets.first else { return }
    let shift = Int32(count) - first
    for offset in offsets.dropFirst() { append(offset + shift) }
  }
}
