/// Reads the rows of a Parquet file, or of an Arrow IPC file or stream, as lines of JSON.
///
/// A row is an object with the columns in their order: text stays text, lists become arrays, structs
/// objects, nulls `null`; dates, times and decimals become text. At most 4,096 rows are held at a
/// time, and the pages that they come from.
package final class ArrowRowReader {
  /// The path as it was given.
  package let path: String
  private let plugin: ArrowPlugin
  private let reader: OpaquePointer
  private var rows = 0
  private var offset = 0
  private var pending: LineBlock?
  private var taken = 0

  /// Opens a file.
  ///
  /// - Throws: `missingFile`; `unsupported` if the plug-in is missing; `malformed`.
  package init(_ path: String) throws {
    self.path = path
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no such file", at: SourceLocation(file: path),
        remedy: "check the path")
    }
    plugin = try ArrowPlugin.get()
    guard let reader = plugin.open(path) else {
      throw AksharaError(.device, "no memory to read the file", at: SourceLocation(file: path))
    }
    self.reader = reader
    if let message = plugin.message(reader) {
      // All is initialized here, so that `deinit` closes the reader.
      throw Self.malformed(String(cString: message), at: path)
    }
  }

  deinit { plugin.close(reader) }

  /// The next rows, or `nil` at the end. A line's number is the row's, counted from 1; its offset
  /// counts in the lines of JSON.
  ///
  /// - Throws: `malformed` if the file is damaged or cut.
  package func nextBlock() throws -> LineBlock? {
    var text: UnsafePointer<UInt8>?
    var length = 0
    var ends: UnsafePointer<UInt64>?
    let count = plugin.next(reader, &text, &length, &ends)
    guard count >= 0 else {
      let message = plugin.message(reader).map { String(cString: $0) }
      throw Self.malformed(message ?? "the rows cannot be read", at: path)
    }
    guard count > 0, let text, let ends else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length + JSONParser.padding)
    bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
    bytes.append(contentsOf: repeatElement(0, count: JSONParser.padding))
    var start = 0
    let lines = (0..<Int(count)).map { index in
      let end = Int(ends[index])
      defer { start = end + 1 }
      return LineBlock.Line(
        range: start..<end, number: rows + index + 1, offset: offset + start)
    }
    defer {
      rows += Int(count)
      offset += length
    }
    return LineBlock(bytes: bytes, lines: lines)
  }

  /// The next row, or `nil` at the end.
  ///
  /// - Throws: as `nextBlock()`.
  package func next() throws -> TextLine? {
    while true {
      if let block = pending, taken < block.lines.count {
        defer { taken += 1 }
        return block.line(block.lines[taken])
      }
      pending = try nextBlock()
      taken = 0
      guard pending != nil else { return nil }
    }
  }

  private static func malformed(_ message: String, at path: String) -> AksharaError {
    AksharaError(
      .malformed, "the Parquet or Arrow data are damaged or cut: \(message)",
      at: SourceLocation(file: path), remedy: "fetch the file again")
  }
}
