/// Reads the records of a CSV or TSV file (RFC 4180), plain, gzip or zstd, one at a time.
///
/// ```swift
/// let reader = try CSVReader("lines.csv")            // the delimiter is recognized
/// while let record = try reader.next() {
///   let fields = try reader.fields(of: record)       // lines.csv:3: a quoted field is not closed
/// }
/// ```
///
/// A field in quotation marks may hold delimiters, line ends and, doubled, quotation marks. Records
/// end with a line feed, a carriage return or both; empty lines are skipped, but counted. `next()`
/// gives the bytes as they stand in the file, so that a bad record can be set aside and reading goes
/// on. Memory is bounded by the longest record.
public final class CSVReader {
  /// The path as it was given.
  public let path: String
  /// What separates the fields of a record.
  public let delimiter: UInt8
  private let limit: Int
  private var window: ByteWindow
  private var line = 1
  private var endsInReturn = false
  private var hasBegun = false

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - delimiter: what separates fields; recognized by the suffix and the first records if `nil`.
  ///   - maximumLength: the longest record that is taken, in bytes.
  /// - Throws: `missingFile`, `unreadable`, `malformed` for damaged compression.
  public init(
    _ path: String, delimiter: UInt8? = nil, maximumLength: Int = LineReader.maximumLineLength
  ) throws {
    self.path = path
    limit = maximumLength
    self.delimiter = try delimiter ?? CSVDelimiter.recognize(path)
    window = try ByteWindow(path)
  }

  /// The next record that is not an empty line, or `nil` at the end: its bytes without the line end,
  /// the line on which it begins, and where.
  ///
  /// - Throws: `malformed` for a record longer than the limit or damaged compression; `unreadable`.
  public func next() throws -> TextLine? {
    while true {
      guard let (record, lines) = try cutRecord() else { return nil }
      let start = line
      line += lines
      if record.isEmpty { continue }
      return TextLine(
        bytes: Array(window.bytes[record]), number: start,
        offset: window.offset + record.lowerBound)
    }
  }

  /// The fields of a record, without their quotation marks.
  ///
  /// - Throws: `malformed`, naming the line, for a quoted field that is not closed or has something
  ///   behind it, for bytes that are not UTF-8, and for more than `CSVRecord.mostFields` fields.
  public func fields(of record: TextLine) throws -> [String] {
    do {
      return try CSVRecord.fields(of: record.bytes, delimiter: delimiter)
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path, line: record.number)
      throw error
    }
  }

  /// Cuts the next record, and says how many line ends are in it and behind it.
  private func cutRecord() throws -> (record: Range<Int>, lines: Int)? {
    try begin()
    var scan = CSVScan(delimiter: delimiter, position: window.pending.lowerBound)
    while true {
      let isWhole = window.bytes.withUnsafeBytes {
        scan.findEnd(in: $0, upTo: window.pending.upperBound)
      }
      if isWhole {
        let record = window.pending.lowerBound..<scan.position
        endsInReturn = window.bytes[scan.position] == UInt8(ascii: "\r")
        window.take(upTo: scan.position + 1)
        return (record, scan.lineEnds + 1)
      }
      guard window.pending.count <= limit else { throw tooLong() }
      guard !window.isAtEnd else { break }
      scan.position -= try located { try window.fill() }
    }
    let rest = window.pending
    guard !rest.isEmpty else { return nil }
    window.take(upTo: rest.upperBound)
    return (rest, scan.lineEnds)
  }

  /// Skips what stands before a record and does not belong to it: the byte order mark of the text, or
  /// the line feed behind a carriage return that ended the record before.
  private func begin() throws {
    if !hasBegun {
      hasBegun = true
      try located { try window.skipMark() }
    }
    guard endsInReturn else { return }
    endsInReturn = false
    if window.pending.isEmpty && !window.isAtEnd { try located { _ = try window.fill() } }
    if window.bytes[window.pending].first == UInt8(ascii: "\n") {
      window.take(upTo: window.pending.lowerBound + 1)
    }
  }

  /// Does something, and names the line in its errors.
  private func located<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path, line: line)
      throw error
    }
  }

  private func tooLong() -> AksharaError {
    AksharaError(
      .malformed, "the record that begins here is longer than \(limit >> 20) MiB",
      at: SourceLocation(file: path, line: line),
      remedy: "close its quotation marks, or cut the record into several")
  }
}

/// Looks for the end of a record: a line end outside of quotation marks.
///
/// A quotation mark opens a quoted field only where a field begins.
private struct CSVScan {
  private enum State {
    case fieldStart
    case plain
    case quoted
    /// Behind a quotation mark inside a quoted field: its end, or the first of two.
    case quotedMark
  }

  let delimiter: UInt8
  /// What has been looked at.
  var position: Int
  /// Line ends inside quotation marks.
  private(set) var lineEnds = 0
  private var state = State.fieldStart
  private var afterReturn = false

  init(delimiter: UInt8, position: Int) {
    self.delimiter = delimiter
    self.position = position
  }

  /// Goes on to the line end of the record, or to `end`; `true` if it stands on that line end.
  mutating func findEnd(in bytes: UnsafeRawBufferPointer, upTo end: Int) -> Bool {
    while position < end {
      let byte = bytes[position]
      switch (state, byte) {
      case (.quoted, UInt8(ascii: "\"")): state = .quotedMark
      case (.quoted, _): countLineEnd(byte)
      case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")): return true
      case (_, delimiter): state = .fieldStart
      case (.fieldStart, UInt8(ascii: "\"")), (.quotedMark, UInt8(ascii: "\"")): state = .quoted
      default: state = .plain
      }
      position += 1
    }
    return false
  }

  private mutating func countLineEnd(_ byte: UInt8) {
    let isReturn = byte == UInt8(ascii: "\r")
    if isReturn || (byte == UInt8(ascii: "\n") && !afterReturn) { lineEnds += 1 }
    afterReturn = isReturn
  }
}
