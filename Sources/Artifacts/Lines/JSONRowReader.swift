/// Reads the rows of a JSON data set one at a time: JSON Lines, one array, or documents that follow
/// each other; plain, gzip or zstd.
///
/// A name that ends in `.jsonl` or `.ndjson` means JSON Lines. Otherwise the first MiB shows it: a
/// first or second line that is a whole document means JSON Lines too, unless the first line is an
/// array and the only one.
public final class JSONRowReader {
  /// The path as it was given.
  public let path: String
  private let parser: JSONParser
  private let rows: () throws -> TextLine?
  /// The next rows; see `nextBlock()`.
  private let blocks: () throws -> LineBlock?

  private static let peekLength = 1 << 20

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed` for damaged compression.
  public init(_ path: String, maximumLength: Int = LineReader.maximumLineLength) throws {
    self.path = path
    let parser = try JSONParser()
    self.parser = parser
    let name = Compression.nameWithoutSuffix(path)
    let saysLines = name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson")
    switch saysLines
      ? .lines
      : Self.layout(of: try ByteSource.head(of: path, length: Self.peekLength), parser: parser)
    {
    case .lines:
      let lines = try JSONLinesReader(path, maximumLineLength: maximumLength)
      rows = lines.next
      blocks = try LineBlockReader(path, maximumLineLength: maximumLength).next
    case .elements(let layout):
      let elements = try JSONElementReader(path, layout: layout, maximumLength: maximumLength)
      rows = elements.next
      blocks = elements.nextBlock
    }
  }

  /// The next row with the place where it begins, or `nil` at the end.
  ///
  /// - Throws: `malformed` where no further row can be found; `unreadable`.
  public func next() throws -> TextLine? { try rows() }

  /// The next rows, many at a time, or `nil` at the end. Take either blocks or rows, not both.
  ///
  /// - Throws: as `next()`.
  package func nextBlock() throws -> LineBlock? { try blocks() }

  /// The document that a row holds.
  ///
  /// - Throws: `malformed`, naming the line, and the byte if it is not UTF-8.
  public func value(of row: TextLine) throws -> JSONValue { try parser.value(of: row, in: path) }

  private enum Layout {
    case lines
    case elements(JSONElementReader.Layout)
  }

  private static func layout(of head: [UInt8], parser: JSONParser) -> Layout {
    let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    guard let start = text.firstIndex(where: { !isSpace($0) }) else { return .lines }
    let lines = text[start...].split(separator: UInt8(ascii: "\n"), maxSplits: 2)
      .filter { !$0.allSatisfy(isSpace) }
    let isWhole = lines.prefix(2).map { line in
      (try? line.withUnsafeBytes { try parser.parse($0) }) != nil
    }
    if text[start] == UInt8(ascii: "[") {
      return isWhole[0] && lines.count > 1 ? .lines : .elements(.array)
    }
    return isWhole.contains(true) ? .lines : .elements(.sequence)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }
}
