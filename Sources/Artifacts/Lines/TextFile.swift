/// A whole text of a bounded size, for formats that cannot be read line by line.
public struct TextFile: Sendable {
  /// The largest text that is taken by default: 64 MiB.
  public static let maximumSize = 64 << 20

  /// The path as it was given.
  public let path: String
  /// The uncompressed text in UTF-8, without a byte order mark.
  public let bytes: [UInt8]
  /// The length of the byte order mark that was taken off.
  private let markLength: Int
  /// Where each line begins in `bytes`.
  private let lineStarts: [Int]

  /// Reads a file (plain, gzip or zstd) and checks that it is UTF-8.
  ///
  /// - Parameter isChecked: whether that is checked; `false` for callers that check each record.
  /// - Throws: `missingFile`, `unreadable`, or `malformed` for a text that is longer than
  ///   `maximumSize` bytes or not UTF-8, naming the line and its first bad byte.
  public init(
    _ path: String, maximumSize: Int = TextFile.maximumSize, isChecked: Bool = true
  ) throws {
    try self.init(
      bytes: try Self.read(path, maximumSize: maximumSize), path: path, isChecked: isChecked)
  }

  /// A text that is in memory already, called `path` in errors.
  ///
  /// - Throws: `malformed`, as for a file.
  package init(bytes: [UInt8], path: String, isChecked: Bool = true) throws {
    self.path = path
    markLength = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let bytes = markLength == 0 ? bytes : Array(bytes.dropFirst(markLength))
    lineStarts = Self.lineStarts(in: bytes)
    self.bytes = bytes
    if isChecked, let offset = UTF8Check.firstInvalidByte(in: bytes) {
      let line = lineStarts.lastIndex { $0 <= offset } ?? 0
      let location = SourceLocation(file: path, line: line + 1)
      let fault = TextFault(in: lineBytes(line), of: "line")
      throw fault?.error(at: location) ?? AksharaError(.malformed, "not UTF-8", at: location)
    }
  }

  /// The text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// How many lines there are; an empty text has one.
  public var lineCount: Int { lineStarts.count }

  /// The lines, without what ends them: a line feed, a carriage return, or both.
  public var lines: [String] {
    lineStarts.indices.map { String(decoding: lineBytes($0), as: UTF8.self) }
  }

  /// The bytes of the line at `index`, counted from 0.
  private func lineBytes(_ index: Int) -> [UInt8] {
    let end = index + 1 < lineStarts.count ? lineStarts[index + 1] : bytes.count
    var line = bytes[lineStarts[index]..<end]
    if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    return Array(line)
  }

  private static func lineStarts(in bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let isReturn = byte == UInt8(ascii: "\r")
      let isPair = isReturn && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\n") || (isReturn && !isPair) { starts.append(index + 1) }
    }
    return starts
  }

  /// The text from one line up to another, or to the end, with the place where it begins.
  ///
  /// - Parameters:
  ///   - line: a line of the text, from 1.
  ///   - end: a later line, which is not included.
  public func record(from line: Int, to end: Int? = nil) -> TextLine {
    let start = lineStarts[line - 1]
    let stop = end.map { lineStarts[$0 - 1] } ?? bytes.count
    return TextLine(bytes: Array(bytes[start..<stop]), number: line, offset: markLength + start)
  }

  private static func read(_ path: String, maximumSize: Int) throws -> [UInt8] {
    let source = try ByteSource(path)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return bytes }
      guard bytes.count + count <= maximumSize else {
        throw AksharaError(
          .malformed, "the text is longer than \(maximumSize >> 20) MiB",
          at: SourceLocation(file: path), remedy: "cut it into several files")
      }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}
