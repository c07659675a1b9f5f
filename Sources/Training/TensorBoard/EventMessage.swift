/// An event of TensorBoard, in protocol buffers' encoding.
///
///     message Event   { double wall_time = 1; int64 step = 2; string file_version = 3;
///                       Summary summary = 5; }
///     message Summary { repeated Value value = 1; }
///     message Value   { string tag = 1; float simple_value = 2; }
///
/// A field is its key, `number << 3 | wire type`, and its value: type 0 a varint, 1 eight bytes, 2 a
/// length and so many bytes, 5 four bytes. Source: `tensorflow/core/util/event.proto` and
/// `tensorflow/core/framework/summary.proto`; protobuf.dev, "Encoding".
enum EventMessage {
  /// The first event of a file.
  static func fileVersion(at time: Double) -> [UInt8] {
    fixed(1, time.bitPattern) + text(3, "brain.Event:2")
  }

  /// An event with one value a tag.
  static func scalars(_ values: [(tag: String, value: Double)], step: Int, at time: Double)
    -> [UInt8]
  {
    let summary = values.flatMap { tag, value in
      nested(1, text(1, tag) + fixed(2, Float(value).bitPattern))
    }
    return fixed(1, time.bitPattern) + varint(2 << 3) + varint(UInt64(step)) + nested(5, summary)
  }

  /// The step of an event that these functions made; `nil` for the first one of a file.
  static func step(of message: [UInt8]) -> Int? {
    var rest = message.dropFirst(9)  // the wall time
    guard rest.popFirst() == UInt8(2 << 3) else { return nil }
    var (step, shift) = (UInt64(0), UInt64(0))
    while let byte = rest.popFirst(), shift < 63 {
      step |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return Int(step) }
      shift += 7
    }
    return nil
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func fixed(_ field: UInt64, _ bits: some FixedWidthInteger) -> [UInt8] {
    let type: UInt64 = bits.bitWidth == 64 ? 1 : 5
    return varint(field << 3 | type) + withUnsafeBytes(of: bits.littleEndian, Array.init)
  }

  private static func nested(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func text(_ field: UInt64, _ text: String) -> [UInt8] {
    nested(field, Array(text.utf8))
  }
}
