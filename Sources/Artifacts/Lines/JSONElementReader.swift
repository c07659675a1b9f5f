/// Cuts a JSON text into its values without parsing them: the elements of one array, or values
/// that follow each other. Memory is bounded by the longest value.
///
/// Only brackets and strings are looked at, so that a value with a fault inside is still cut out
/// whole and can be set aside.
final class JSONElementReader {
  /// What the text is.
  enum Layout {
    /// One array; its elements are read.
    case array
    /// Values one after another.
    case sequence
  }

  private enum State {
    case beforeArray
    case beforeElement
    case inElement
    case afterElement
    case afterArray
  }

  private let path: String
  private let source: ByteSource
  private let limit: Int
  private var state: State
  private let layout: Layout
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)
  private var unread = 0..<0
  private var position = 0
  private var line = 1

  private var element: [UInt8] = []
  private var elementLine = 1
  private var elementOffset = 0
  private var depth = 0
  private var inString = false
  private var escaped = false

  init(_ path: String, layout: Layout, maximumLength: Int) throws {
    self.path = path
    self.layout = layout
    limit = maximumLength
    source = try ByteSource(path)
    state = layout == .array ? .beforeArray : .beforeElement
  }

  /// The next value as it stands in the text, or `nil` at the end.
  ///
  /// - Throws: `malformed` for an array that is not closed, is not separated by commas, or has
  ///   something behind it; for a value longer than the limit; `unreadable`.
  func next() throws -> TextLine? {
    while true {
      if unread.isEmpty, try !fill() { return try atEnd() }
      let byte = buffer[unread.lowerBound]
      if try take(byte) { return finishElement() }
    }
  }

  /// Takes one byte; `true` if it ends an element. The byte behind a bare number is not consumed.
  private func take(_ byte: UInt8) throws -> Bool {
    if state == .inElement && depth == 0 && !inString && Self.endsScalar(byte) {
      return true
    }
    defer { consume(byte) }
    switch state {
    case .inElement: return try append(byte)
    case _ where Self.isSpace(byte) || (position < 3 && byte >= 0x80): return false
    case .beforeArray where byte == UInt8(ascii: "["): state = .beforeElement
    case .beforeElement where byte == UInt8(ascii: "]") && layout == .array: state = .afterArray
    case .afterElement where byte == UInt8(ascii: "]"): state = .afterArray
    case .afterElement where byte == UInt8(ascii: ","): state = .beforeElement
    case .beforeElement:
      begin()
      return try append(byte)
    case .beforeArray: throw malformed("the text does not begin with `[`")
    case .afterElement: throw malformed("there is no comma between two elements of the array")
    case .afterArray: throw malformed("something follows the closing `]`")
    }
    return false
  }

  private func begin() {
    state = .inElement
    element.removeAll(keepingCapacity: true)
    (elementLine, elementOffset) = (line, position)
  }

  /// Appends a byte of the element; `true` if it closes it.
  private func append(_ byte: UInt8) throws -> Bool {
    guard element.count < limit else {
      throw malformed("the value that begins here is longer than \(limit >> 20) MiB")
    }
    element.append(byte)
    if inString {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if byte == UInt8(ascii: "\"") {
        inString = false
        return depth == 0
      }
      return false
    }
    switch byte {
    case UInt8(ascii: "\""): inString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth = max(0, depth - 1)
      return depth == 0
    default: break
    }
    return false
  }

  private func consume(_ byte: UInt8) {
    if byte == UInt8(ascii: "\n") { line += 1 }
    position += 1
    unread = unread.dropFirst()
  }

  private func finishElement() -> TextLine {
    state = layout == .array ? .afterElement : .beforeElement
    (depth, inString, escaped) = (0, false, false)
    return TextLine(bytes: element, number: elementLine, offset: elementOffset)
  }

  private func atEnd() throws -> TextLine? {
    switch (layout, state) {
    case (.sequence, .inElement): return finishElement()
    case (.sequence, _), (.array, .afterArray): return nil
    case (.array, _): throw malformed("the array stops in the middle: the file is cut")
    }
  }

  private func fill() throws -> Bool {
    let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
    unread = 0..<count
    return count > 0
  }

  private func malformed(_ message: String) -> AksharaError {
    AksharaError(
      .malformed, message,
      at: SourceLocation(file: path, line: state == .inElement ? elementLine : line),
      remedy: "mend the file, or write one JSON document a line")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
  }
}
