import Artifacts

/// Reads the fields of one message in Protocol Buffers' wire format.
///
/// It takes no memory for what a length claims: a field is a part of the bytes that are there.
///
/// Source: protobuf.dev/programming-guides/encoding.
struct WireReader {
  /// One field.
  struct Field {
    /// Its number in the `.proto` file.
    var number: Int
    var value: Value
  }

  /// What a field holds, by wire type.
  enum Value {
    /// An integer, an enum or a Boolean (wire type 0).
    case varint(UInt64)
    /// Eight bytes (1), which no field that Akshara knows has.
    case fixed64(UInt64)
    /// A string, bytes or a message (2).
    case bytes(ArraySlice<UInt8>)
    /// Four bytes (5): a float's.
    case fixed32(UInt32)
  }

  private var rest: ArraySlice<UInt8>
  private let location: SourceLocation

  init(_ bytes: ArraySlice<UInt8>, at location: SourceLocation) {
    rest = bytes
    self.location = location
  }

  /// The next field, or `nil` at the end.
  ///
  /// - Throws: `malformed`.
  mutating func next() throws -> Field? {
    guard !rest.isEmpty else { return nil }
    let key = try varint()
    let number = key >> 3
    guard number > 0, number < 1 << 29 else { throw broken("has a field number \(number)") }
    let value: Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(8))
    case 2:
      let length = try varint()
      guard length <= UInt64(rest.count) else {
        throw broken("has a field of \(length) bytes where \(rest.count) are left")
      }
      value = .bytes(rest.prefix(Int(length)))
      rest = rest.dropFirst(Int(length))
    case 5: value = .fixed32(UInt32(try fixed(4)))
    case let type: throw broken("has a field of the wire type \(type)")
    }
    return Field(number: Int(number), value: value)
  }

  /// Seven bits a byte, the lowest first; the last byte lacks the eighth bit.
  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw broken("ends in the middle of a number") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw broken("has a number of more than ten bytes")
  }

  /// Little-endian bytes.
  private mutating func fixed(_ count: Int) throws -> UInt64 {
    guard rest.count >= count else { throw broken("ends in the middle of a number") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func broken(_ problem: String) -> AksharaError {
    AksharaError(
      .malformed, "the SentencePiece model \(problem)", at: location,
      remedy: "get the file again; it is cut or is no SentencePiece model")
  }
}

extension WireReader.Value {
  /// The bytes of a string, bytes or a message.
  var bytes: ArraySlice<UInt8>? { if case .bytes(let bytes) = self { bytes } else { nil } }
  /// The integer.
  var integer: UInt64? { if case .varint(let value) = self { value } else { nil } }
  /// The Boolean.
  var bool: Bool? { integer.map { $0 != 0 } }
  /// The float.
  var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }
}
