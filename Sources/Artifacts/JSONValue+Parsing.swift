internal import CJSON

extension JSONValue {
  /// Parses one document (UTF-8; validated by simdjson).
  ///
  /// - Throws: `malformed`, with simdjson's reason.
  public init(parsing bytes: UnsafeRawBufferPointer, at location: SourceLocation? = nil) throws {
    self = try JSONParser().parse(bytes, at: location)
  }

  /// Parses one document held in an array.
  public init(parsing bytes: [UInt8], at location: SourceLocation? = nil) throws {
    self = try bytes.withUnsafeBytes { try JSONValue(parsing: $0, at: location) }
  }

  /// Parses a configuration of another tool's: a whole number that needs more than 64 bits becomes the nearest 64-bit
  /// float. transformers writes 10³⁰ as `model_max_length` where it knows no limit.
  ///
  /// - Throws: `malformed`.
  public init(configuration bytes: [UInt8], at location: SourceLocation? = nil) throws {
    do { self = try JSONValue(parsing: bytes, at: location) } catch {
      guard let rounded = NumberRange.rounding(bytes) else { throw error }
      self = try JSONValue(parsing: rounded, at: location)
    }
  }

  /// Parses one document held in a string.
  public init(parsing text: String, at location: SourceLocation? = nil) throws {
    try self.init(parsing: Array(text.utf8), at: location)
  }
}

/// A parser that keeps its buffers between documents: take one per stream of lines.
///
/// Not safe to share between threads.
public final class JSONParser {
  let parser: OpaquePointer

  /// A parser with empty buffers.
  public init() throws {
    guard let parser = cjson_parser_create() else {
      throw AksharaError(.device, "no memory for a JSON parser")
    }
    self.parser = parser
  }

  deinit { cjson_parser_destroy(parser) }

  /// Parses one document.
  public func parse(
    _ bytes: UnsafeRawBufferPointer, at location: SourceLocation? = nil
  ) throws -> JSONValue {
    var events: UnsafePointer<UInt8>?
    var count = 0
    let base = bytes.bindMemory(to: UInt8.self).baseAddress
    let status = cjson_parse(parser, base, bytes.count, &events, &count)
    guard status == 0 else {
      let reason = JSONFault.explanation(of: bytes) ?? String(cString: cjson_message(status))
      throw AksharaError(.malformed, "not valid JSON: \(reason)", at: location)
    }
    var reader = EventReader(events: UnsafeRawBufferPointer(start: events, count: count))
    return try reader.value(at: location)
  }
}

/// Reads the event buffer that `cjson_shim.h` describes.
private struct EventReader {
  let events: UnsafeRawBufferPointer
  var position = 0

  init(events: UnsafeRawBufferPointer) { self.events = events }

  mutating func load<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
    defer { position += MemoryLayout<Value>.size }
    return events.loadUnaligned(fromByteOffset: position, as: type)
  }

  mutating func string() -> String {
    let count = Int(load(UInt32.self))
    defer { position += count }
    return String(
      decoding: UnsafeRawBufferPointer(rebasing: events[position..<position + count]),
      as: UTF8.self)
  }

  mutating func value(at location: SourceLocation?) throws -> JSONValue {
    switch UnicodeScalar(load(UInt8.self)) {
    case "n": return .null
    case "t": return .bool(true)
    case "f": return .bool(false)
    case "i": return .integer(load(Int64.self))
    case "u": return .number(Double(load(UInt64.self)))
    case "d": return .number(load(Double.self))
    case "s": return .string(string())
    case "[":
      let count = Int(load(UInt32.self))
      var values: [JSONValue] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try value(at: location)) }
      return .array(values)
    case "{":
      let count = Int(load(UInt32.self))
      var object = JSONObject()
      for _ in 0..<count {
        position += 1  // the key's tag, always "s"
        let key = string()
        object.append(key, try value(at: location))
      }
      return .object(object)
    default:
      throw AksharaError(.malformed, "an unknown JSON event", at: location)
    }
  }
}
