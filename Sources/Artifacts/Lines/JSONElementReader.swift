internal import CJSON

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
    case afterElement
    case afterArray
  }

  private let path: String
  private let limit: Int
  private var window: ByteWindow
  private var state: State
  private let layout: Layout
  private var line = 1
  /// What stopped the last block, for the next one to throw.
  private var failure: (any Error)?

  private static let blockSize = 1 << 20

  init(_ path: String, layout: Layout, maximumLength: Int) throws {
    self.path = path
    self.layout = layout
    limit = maximumLength
    window = try ByteWindow(path)
    state = layout == .array ? .beforeArray : .beforeElement
  }

  /// The next value as it stands in the text, or `nil` at the end.
  ///
  /// - Throws: `malformed` for an array that is not closed, is not separated by commas, or has
  ///   something behind it; for a value longer than the limit; `unreadable`.
  func next() throws -> TextLine? {
    try cutElement().map { element in
      TextLine(
        bytes: Array(window.bytes[element.range]), number: element.line,
        offset: window.offset + element.range.lowerBound)
    }
  }

  /// The next values, or `nil` at the end.
  ///
  /// - Throws: as `next()`.
  func nextBlock() throws -> LineBlock? {
    if let failure { throw failure }
    var block = LineBlock(bytes: [], lines: [])
    block.bytes.reserveCapacity(Self.blockSize * 5 / 4)
    do {
      while block.bytes.count < Self.blockSize, let element = try cutElement() {
        let start = block.bytes.count
        block.bytes.append(contentsOf: window.bytes[element.range])
        block.lines.append(
          LineBlock.Line(
            range: start..<block.bytes.count, number: element.line,
            offset: window.offset + element.range.lowerBound))
      }
    } catch {
      guard !block.lines.isEmpty else { throw error }
      failure = error
    }
    guard !block.lines.isEmpty else { return nil }
    block.bytes.append(contentsOf: repeatElement(0, count: JSONParser.padding))
    return block
  }

  /// Cuts the next value; it stays in the buffer until the next call.
  private func cutElement() throws -> (range: Range<Int>, line: Int)? {
    while true {
      let place = window.pending.lowerBound
      guard place < window.pending.upperBound else {
        try window.fill()
        if window.pending.isEmpty { return try atEnd() }
        continue
      }
      let byte = window.bytes[place]
      let isMark = window.offset + place < 3 && byte >= 0x80
      if Self.isSpace(byte) || isMark {
        if byte == UInt8(ascii: "\n") { line += 1 }
      } else if try beginsElement(byte) {
        return try cutBegunElement()
      }
      window.take(upTo: place + 1)
    }
  }

  /// Takes a byte between two values; `true` if a value begins with it.
  private func beginsElement(_ byte: UInt8) throws -> Bool {
    switch state {
    case .beforeArray where byte == UInt8(ascii: "["): state = .beforeElement
    case .beforeElement where byte == UInt8(ascii: "]") && layout == .array: state = .afterArray
    case .afterElement where byte == UInt8(ascii: "]"): state = .afterArray
    case .afterElement where byte == UInt8(ascii: ","): state = .beforeElement
    case .beforeElement: return true
    case .beforeArray: throw malformed("the text does not begin with `[`")
    case .afterElement: throw malformed("there is no comma between two elements of the array")
    case .afterArray: throw malformed("something follows the closing `]`")
    }
    return false
  }

  private func cutBegunElement() throws -> (range: Range<Int>, line: Int) {
    var scan = cjson_scan()
    (scan.start, scan.position) = (window.pending.lowerBound, window.pending.lowerBound)
    while true {
      let isWhole = window.bytes.withUnsafeBufferPointer { bytes in
        cjson_scan_value(&scan, bytes.baseAddress, window.pending.upperBound) != 0
      }
      guard scan.position - window.pending.lowerBound <= limit else {
        throw malformed("the value that begins here is longer than \(limit >> 20) MiB")
      }
      if isWhole { break }
      let moved = try window.fill()
      (scan.start, scan.position) = (scan.start - moved, scan.position - moved)
      if !window.isAtEnd { continue }
      if layout == .sequence { break }
      throw malformed("the array stops in the middle: the file is cut")
    }
    let range = window.pending.lowerBound..<scan.position
    window.take(upTo: scan.position)
    state = layout == .array ? .afterElement : .beforeElement
    defer {
      line += window.bytes.withUnsafeBufferPointer { bytes in
        cjson_count_lines(bytes.baseAddress.map { $0 + range.lowerBound }, range.count)
      }
    }
    return (range, line)
  }

  private func atEnd() throws -> (range: Range<Int>, line: Int)? {
    if layout == .sequence || state == .afterArray { return nil }
    throw malformed("the array stops in the middle: the file is cut")
  }

  private func malformed(_ message: String) -> AksharaError {
    AksharaError(
      .malformed, message,
      at: SourceLocation(file: path, line: line),
      remedy: "mend the file, or write one JSON document a line")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }
}
