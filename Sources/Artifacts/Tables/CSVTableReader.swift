/// Reads a CSV or TSV file whose first record names the columns.
///
/// ```swift
/// let table = try CSVTableReader("lines.csv")        // speaker,line
/// while let record = try table.next() {
///   let row = try table.row(of: record)              // {"speaker": "ಅಜ್ಜಿ", "line": "ಕಾಫಿ?"}
/// }
/// ```
public final class CSVTableReader {
  /// The names of the columns; a column without a name is called `column_3` by its place.
  public let columns: [String]
  private let reader: CSVReader

  /// Opens a table and reads the names of its columns. A file without a single record has none.
  ///
  /// - Throws: `malformed` for two columns of one name and for a first record that cannot be taken
  ///   apart; otherwise as `CSVReader`.
  public convenience init(
    _ path: String, delimiter: UInt8? = nil, maximumLength: Int = LineReader.maximumLineLength
  ) throws {
    try self.init(CSVReader(path, delimiter: delimiter, maximumLength: maximumLength))
  }

  private init(_ reader: CSVReader) throws {
    self.reader = reader
    guard let header = try reader.next() else {
      columns = []
      return
    }
    let names = try reader.fields(of: header).enumerated().map { index, name in
      name.isEmpty ? "column_\(index + 1)" : name
    }
    var seen: Set<String> = []
    if let twice = names.first(where: { !seen.insert($0).inserted }) {
      throw AksharaError(
        .malformed, "two columns are called `\(twice)`",
        at: SourceLocation(file: reader.path, line: header.number),
        remedy: "the first record must name the columns, each differently")
    }
    columns = names
  }

  /// The path as it was given.
  public var path: String { reader.path }

  /// The next record behind the names, or `nil` at the end.
  ///
  /// - Throws: as `CSVReader.next()`.
  public func next() throws -> TextLine? { try reader.next() }

  /// The fields of a record under the names of their columns, all of them text.
  ///
  /// - Throws: `malformed`, naming the line, for a record that has more or fewer fields than there
  ///   are columns; otherwise as `CSVReader.fields(of:)`.
  public func row(of record: TextLine) throws -> JSONObject {
    let fields = try reader.fields(of: record)
    guard fields.count == columns.count else {
      throw AksharaError(
        .malformed, "the record has \(fields.count) fields, the table \(columns.count) columns",
        at: SourceLocation(file: path, line: record.number),
        remedy: "quote fields that hold a delimiter or a line end, and leave no field out")
    }
    return JSONObject(zip(columns, fields).map { ($0, .string($1)) })
  }
}
