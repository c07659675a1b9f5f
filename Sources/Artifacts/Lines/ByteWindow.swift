/// The bytes of a text that were read and are not yet taken, for readers that cut a text into pieces of
/// any length.
///
/// ```
/// bytes     taken│pending bytes│free        fill() ─►  pending bytes│new bytes│free
/// ```
///
/// Memory is bounded by the longest piece.
struct ByteWindow {
  /// What was read; only the bytes at `pending` count.
  private(set) var bytes = [UInt8](repeating: 0, count: 1 << 18)
  /// The places of the bytes that are not taken.
  private(set) var pending = 0..<0
  /// Where `bytes` begins, in bytes of the uncompressed text.
  private(set) var offset = 0
  /// Whether nothing more can be read.
  private(set) var isAtEnd = false
  private let source: ByteSource

  /// The window before the first byte of a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  init(_ path: String) throws { source = try ByteSource(path) }

  /// Takes the bytes before a place.
  mutating func take(upTo place: Int) { pending = place..<pending.upperBound }

  /// Reads on: pending bytes move to the front, and the buffer is doubled if they fill it.
  ///
  /// - Returns: by how much they moved.
  /// - Throws: `unreadable`; `malformed` for damaged compression.
  @discardableResult
  mutating func fill() throws -> Int {
    let moved = moveToFront()
    if pending.count == bytes.count {
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    let count = try bytes.withUnsafeMutableBytes { bytes in
      try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[pending.upperBound...]))
    }
    pending = 0..<pending.count + count
    isAtEnd = count == 0
    return moved
  }

  private mutating func moveToFront() -> Int {
    let moved = pending.lowerBound
    guard moved > 0 else { return 0 }
    bytes.withUnsafeMutableBytes { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[pending]))
    }
    offset += moved
    pending = 0..<pending.count
    return moved
  }

  /// Skips a byte order mark, which stands at the very beginning of a text.
  mutating func skipMark() throws {
    while pending.count < 3 && !isAtEnd { try fill() }
    if bytes[pending].starts(with: [0xEF, 0xBB, 0xBF]) { take(upTo: pending.lowerBound + 3) }
  }
}
