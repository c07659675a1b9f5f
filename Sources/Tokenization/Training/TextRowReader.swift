import Artifacts

/// Reads the texts of a JSON Lines file's rows.
struct TextRowReader {
  private let rows: JSONLinesReader
  private let field: String

  /// Opens a file (plain, gzip or zstd).
  ///
  /// - Throws: `missingFile`, `unreadable`.
  init(_ path: String, field: String) throws {
    rows = try JSONLinesReader(path)
    self.field = field
  }

  /// The next row's text, or `nil` at the end.
  ///
  /// - Throws: `malformed` for a line that is not JSON or has no such text; `unreadable`.
  func next() throws -> [UInt8]? {
    guard let line = try rows.next() else { return nil }
    guard let text = try rows.value(of: line)[field]?.string else {
      throw AksharaError(
        .malformed, "the row has no text `\(field)`",
        at: SourceLocation(file: rows.path, line: line.number),
        remedy: "name the field that holds the text")
    }
    return Array(text.utf8)
  }
}
