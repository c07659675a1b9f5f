internal import Artifacts

/// Reads the rows of a data set one at a time, whatever holds them: JSON Lines, a JSON array or
/// documents one after another, a table in CSV or TSV (all of them plain, gzip or zstd), Parquet or
/// Arrow.
struct RowReader {
  /// The next row as it stands in the file, or `nil` at the end.
  let next: () throws -> TextLine?
  private let parse: (TextLine) throws -> JSONValue
  /// Reads the rows in blocks of lines of JSON, from the file's beginning; `nil` for files that
  /// are not read so.
  let blocks: (() throws -> () throws -> LineBlock?)?
  /// What a row that cannot be taken apart is called in reports.
  private let reason: RowFault.Reason

  /// Opens a file; its suffix says what it is.
  ///
  /// - Parameter columns: the names of a table's columns, if its first record does not hold them.
  /// - Throws: as the readers of `Artifacts`.
  init(_ path: String, columns: [String]? = nil) throws {
    switch DataSetSuffix(of: path) {
    case .table:
      let reader = try CSVTableReader(path, columns: columns)
      next = reader.next
      parse = { .object(try reader.row(of: $0)) }
      reason = .invalidCSV
      blocks = nil
    case .arrow:
      let reader = try ArrowRowReader(path)
      let parser = try JSONParser()
      next = reader.next
      parse = { try parser.value(of: $0, in: path) }
      reason = .invalidJSON
      blocks = { try ArrowRowReader(path).nextBlock }
    case .json, nil:
      let reader = try JSONRowReader(path)
      next = reader.next
      parse = reader.value
      reason = .invalidJSON
      blocks = { try JSONRowReader(path).nextBlock }
    }
  }

  /// What a row holds.
  ///
  /// - Throws: `RowFault`.
  func value(of row: TextLine) throws -> JSONValue {
    do {
      return try parse(row)
    } catch let error as AksharaError {
      throw try Self.fault(of: row, error, reason)
    }
  }

  /// What a line of JSON holds.
  ///
  /// - Throws: `RowFault`.
  static func value(of row: TextLine, _ parser: JSONParser) throws -> JSONValue {
    do {
      return try parser.value(of: row, in: "")
    } catch let error as AksharaError {
      throw try fault(of: row, error, .invalidJSON)
    }
  }

  /// Why a row cannot be taken apart.
  private static func fault(
    of row: TextLine, _ error: AksharaError, _ reason: RowFault.Reason
  ) throws -> RowFault {
    try checkText(of: row)
    let remedy = reason == .invalidJSON ? nil : error.remedy
    return RowFault(reason, error.message, remedy: remedy ?? "mend the row, or remove it")
  }

  /// Refuses a row that is no text in UTF-8.
  ///
  /// - Throws: `RowFault`.
  static func checkText(of line: TextLine) throws {
    guard let fault = TextFault(in: line.bytes, of: "row") else { return }
    throw RowFault(
      fault.isBinary ? .binaryData : .invalidUTF8, fault.message, remedy: fault.remedy)
  }
}

/// The suffixes of files that hold rows.
enum DataSetSuffix: CaseIterable {
  /// JSON Lines, an array, or documents one after another.
  case json
  /// CSV and TSV.
  case table
  /// Parquet, and Arrow's files and streams.
  case arrow

  /// The suffixes, in small letters.
  var suffixes: [String] {
    switch self {
    case .json: [".json", ".jsonl", ".ndjson", ".jsonlines"]
    case .table: [".csv", ".tsv", ".tab"]
    case .arrow: [".parquet", ".arrow", ".feather", ".ipc"]
    }
  }

  /// What a name says; `nil` for any other suffix.
  init?(of path: String) {
    let suffix = Self.suffix(of: path)
    guard let found = Self.allCases.first(where: { $0.suffixes.contains(suffix) }) else {
      return nil
    }
    self = found
  }

  /// The last suffix of a name, in small letters, without `.gz` and `.zst`; `""` without any.
  static func suffix(of path: String) -> String {
    let name = Path.name(of: Compression.nameWithoutSuffix(path))
    return String(name.dropFirst(Path.stem(of: name).count)).lowercased()
  }
}
