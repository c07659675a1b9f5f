/// One line of a JSON Lines file.
public typealias JSONLine = TextLine

/// Reads JSON Lines (plain, gzip or zstd), one line at a time.
///
/// ```swift
/// let reader = try JSONLinesReader("rows.jsonl.zst")
/// while let line = try reader.next() {
///   let row = try reader.value(of: line)   // rows.jsonl.zst:17: not valid JSON: …
/// }
/// ```
///
/// `next()` gives the bytes only, so that a bad line can be set aside and reading goes on.
/// Lines of spaces and tabs alone are skipped, but counted in `number`.
public final class JSONLinesReader {
  /// The path as it was given.
  public let path: String
  private let lines: LineReader
  private let parser: JSONParser

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String, maximumLineLength: Int = LineReader.maximumLineLength) throws {
    self.path = path
    lines = try LineReader(path, maximumLineLength: maximumLineLength)
    parser = try JSONParser()
  }

  /// The next line that is not blank, or `nil` at the end.
  ///
  /// - Throws: `malformed` for a line longer than the limit or damaged compression, with its line;
  ///   `unreadable`.
  public func next() throws -> JSONLine? {
    while let line = try lines.next() {
      if !line.isBlank { return line }
    }
    return nil
  }

  /// The document that a line holds.
  ///
  /// - Throws: `malformed`, naming the line, and the byte if it is not UTF-8.
  public func value(of line: JSONLine) throws -> JSONValue {
    try parser.value(of: line, in: path)
  }

  /// The document on the next line, or `nil` at the end.
  ///
  /// - Throws: as `next()` and `value(of:)`.
  public func nextValue() throws -> JSONValue? { try next().map { try value(of: $0) } }
}

extension JSONParser {
  /// The document that a line of a file holds.
  ///
  /// - Throws: `malformed`, naming the line, and the byte if it is not UTF-8 or the number if it is
  ///   out of range.
  public func value(of line: JSONLine, in path: String) throws -> JSONValue {
    do {
      return try line.bytes.withUnsafeBytes { try parse($0) }
    } catch var error as AksharaError {
      let location = SourceLocation(file: path, line: line.number)
      if let fault = TextFault(in: line.bytes, of: "line") { throw fault.error(at: location) }
      error.location = location
      error.remedy = "write one whole JSON document on each line"
      if let number = NumberRange.firstOutside(in: line.bytes) {
        error.message = "the number `\(number)` is out of range"
        error.remedy = "write a number that fits into 64 bits, or a string"
      }
      throw error
    }
  }
}
