/// Writes one FlatBuffer, from its end to its beginning, as the format demands: what is pointed at
/// must stand behind the pointer.
///
/// A table is a signed 32-bit distance back to its vtable, then its fields; the vtable holds its
/// own size, the table's size, and for each field its offset in the table or 0 if it is absent.
/// All numbers are little-endian and aligned to their size, counted from the buffer's end.
/// Source: flatbuffers.dev, "FlatBuffers internals".
struct FlatBufferWriter {
  /// A place in the buffer, as its distance from the end.
  struct Place { let value: Int }

  /// A field of a table.
  enum Field {
    case absent
    case int8(UInt8)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case reference(Place)

    var size: Int {
      switch self {
      case .absent: 0
      case .int8: 1
      case .int16: 2
      case .int32, .reference: 4
      case .int64: 8
      }
    }
  }

  /// The buffer, reversed.
  private var reversed: [UInt8] = []

  /// Writes zeros until `count` more bytes would end on a multiple of `alignment`.
  private mutating func align(_ alignment: Int, before count: Int) {
    while (reversed.count + count) % alignment != 0 { reversed.append(0) }
  }

  private mutating func push<Value: FixedWidthInteger>(_ value: Value) {
    align(MemoryLayout<Value>.size, before: MemoryLayout<Value>.size)
    withUnsafeBytes(of: value.bigEndian) { reversed += $0 }
  }

  private mutating func push(referenceTo place: Place) {
    align(4, before: 4)
    push(UInt32(reversed.count + 4 - place.value))
  }

  /// A string: its length, its bytes and a zero.
  mutating func string(_ text: String) -> Place {
    let bytes = Array(text.utf8)
    align(4, before: bytes.count + 1)
    reversed.append(0)
    reversed += bytes.reversed()
    push(UInt32(bytes.count))
    return Place(value: reversed.count)
  }

  /// A vector of tables or strings.
  mutating func vector(_ places: [Place]) -> Place {
    for place in places.reversed() { push(referenceTo: place) }
    push(UInt32(places.count))
    return Place(value: reversed.count)
  }

  /// A vector of structs that are pairs of 64-bit integers.
  mutating func vector(_ pairs: [(Int, Int)]) -> Place {
    align(8, before: pairs.count * 16)
    for pair in pairs.reversed() {
      push(Int64(pair.1))
      push(Int64(pair.0))
    }
    push(UInt32(pairs.count))
    return Place(value: reversed.count)
  }

  /// A table; the index of a field in `fields` is its slot.
  mutating func table(_ fields: [Field]) -> Place {
    var places = [Int](repeating: 0, count: fields.count)
    let end = reversed.count
    for (slot, field) in fields.enumerated().reversed() {
      switch field {
      case .absent: continue
      case .int8(let value): push(value)
      case .int16(let value): push(value)
      case .int32(let value): push(value)
      case .int64(let value): push(value)
      case .reference(let place): push(referenceTo: place)
      }
      places[slot] = reversed.count
    }
    align(4, before: 4)
    let start = reversed.count + 4
    let vtableSize = 4 + 2 * fields.count
    // The vtable stands right before the table, after padding that the distance takes into account.
    let padding = (4 - (start + vtableSize) % 4) % 4
    push(Int32(vtableSize + padding))
    for _ in 0..<padding { reversed.append(0) }
    for place in places.reversed() { push(UInt16(place == 0 ? 0 : start - place)) }
    push(UInt16(start - end))
    push(UInt16(vtableSize))
    return Place(value: start)
  }

  /// The whole buffer, with the place of its root in front; its size is a multiple of 8.
  mutating func finish(root: Place) -> [UInt8] {
    align(8, before: 4)
    push(referenceTo: root)
    return reversed.reversed()
  }
}
