extension JSONValue {
  /// The document on one line: the same value gives the same bytes, everywhere.
  ///
  /// Keys keep their order, text stays UTF-8 and only what JSON demands is escaped. Doubles are
  /// written with the fewest digits that read back to the same value.
  public var compact: [UInt8] {
    var writer = JSONWriter(indent: nil)
    writer.write(self, depth: 0)
    return writer.bytes
  }

  /// The document with two spaces of indent and a line feed at its end.
  public var pretty: [UInt8] {
    var writer = JSONWriter(indent: 2)
    writer.write(self, depth: 0)
    writer.bytes.append(UInt8(ascii: "\n"))
    return writer.bytes
  }

  /// `compact` as a string.
  public var compactString: String { String(decoding: compact, as: UTF8.self) }
}

/// Writes JSON bytes.
struct JSONWriter {
  var bytes: [UInt8] = []
  let indent: Int?

  init(indent: Int?) { self.indent = indent }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    // JSON has no infinity and no NaN; `null` is what every reader understands.
    case .number(let value): bytes += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let value): write(value)
    case .array(let values):
      write(open: "[", close: "]", count: values.count, depth: depth) { writer, index in
        writer.write(values[index], depth: depth + 1)
      }
    case .object(let object):
      write(open: "{", close: "}", count: object.pairs.count, depth: depth) { writer, index in
        writer.write(object.pairs[index].key)
        writer.bytes += (writer.indent == nil ? ":" : ": ").utf8
        writer.write(object.pairs[index].value, depth: depth + 1)
      }
    }
  }

  private mutating func write(
    open: String, close: String, count: Int, depth: Int,
    element: (inout JSONWriter, Int) -> Void
  ) {
    bytes += open.utf8
    for index in 0..<count {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      newLine(depth: depth + 1)
      element(&self, index)
    }
    if count > 0 { newLine(depth: depth) }
    bytes += close.utf8
  }

  private mutating func newLine(depth: Int) {
    guard let indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * depth))
  }

  /// Stretches without anything to escape are copied whole.
  private mutating func write(_ text: String) {
    var text = text
    bytes.append(UInt8(ascii: "\""))
    text.withUTF8 { source in
      var start = 0
      for index in source.indices where Self.mustBeEscaped(source[index]) {
        bytes.append(contentsOf: source[start..<index])
        escape(source[index])
        start = index + 1
      }
      bytes.append(contentsOf: source[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func mustBeEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes += "\\\"".utf8
    case UInt8(ascii: "\\"): bytes += "\\\\".utf8
    case 0x0A: bytes += "\\n".utf8
    case 0x0D: bytes += "\\r".utf8
    case 0x09: bytes += "\\t".utf8
    default:
      let digits = String(byte, radix: 16)
      bytes += "\\u".utf8
      bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.count))
      bytes += digits.utf8
    }
  }
}
