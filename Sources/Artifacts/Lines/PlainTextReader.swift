/// Reads the lines of a plain text, whatever ends them: a line feed, a carriage return (as on the
/// classic Mac), or both.
///
/// Memory is bounded by the longest stretch between line feeds: see `LineReader`.
public final class PlainTextReader {
  private let lines: LineReader
  private var pending: ArraySlice<TextLine> = []
  /// Line ends so far that were carriage returns alone.
  private var returns = 0

  /// Opens a file (plain, gzip or zstd).
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String) throws { lines = try LineReader(path) }

  /// The next line, or `nil` at the end.
  ///
  /// - Throws: as `LineReader.next()`.
  public func next() throws -> TextLine? {
    if let line = pending.popFirst() { return line }
    guard let line = try lines.next() else { return nil }
    pending = Self.pieces(of: line, after: returns)[...]
    returns += pending.count - 1
    return pending.popFirst()
  }

  /// The lines that carriage returns make of one.
  ///
  /// - Parameter returns: by how much the line's number is too small.
  private static func pieces(of line: TextLine, after returns: Int) -> [TextLine] {
    var offset = line.offset
    let pieces = line.bytes.split(separator: UInt8(ascii: "\r"), omittingEmptySubsequences: false)
    return pieces.enumerated().map { index, bytes in
      defer { offset += bytes.count + 1 }
      return TextLine(bytes: Array(bytes), number: line.number + returns + index, offset: offset)
    }
  }
}
