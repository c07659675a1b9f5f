/// Reads the little-endian columns of a model, never past its end.
struct ModelReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether everything was read.
  var isAtEnd: Bool { place == bytes.count }

  /// Whether the next bytes are these.
  mutating func magic(_ text: String) -> Bool {
    bytes(text.utf8.count)?.elementsEqual(text.utf8) ?? false
  }

  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= bytes.count - place else { return nil }
    defer { place += count }
    return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
  }

  /// Bytes behind their number, which is one byte.
  mutating func counted() -> [UInt8]? {
    bytes(1).flatMap { bytes(Int($0[0])) }.map(Array.init)
  }

  mutating func word() -> Int? { column(UInt32.self, 1).map { Int($0[0]) } }

  mutating func float() -> Float? { column(UInt32.self, 1).map { Float(bitPattern: $0[0]) } }

  mutating func column<Value: FixedWidthInteger>(_: Value.Type, _ count: Int) -> [Value]? {
    // Bounded before it is multiplied: no column has more values than there are bytes.
    guard count >= 0, count <= bytes.count else { return nil }
    let size = MemoryLayout<Value>.size
    guard let part = bytes(count * size) else { return nil }
    return (0..<count).map {
      Value(littleEndian: part.loadUnaligned(fromByteOffset: $0 * size, as: Value.self))
    }
  }
}
