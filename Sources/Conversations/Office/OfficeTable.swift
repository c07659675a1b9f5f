internal import Artifacts

/// One sheet of a spreadsheet.
struct OfficeTable {
  /// The sheet's name.
  var name: String
  /// The rows that have text, each with its number in the sheet, from 1.
  private(set) var rows: [(number: Int, cells: [String])] = []
  private var next = 1
  private var size = 0
  private var width = 0

  /// The most rows and columns that a sheet can have (Excel's limits).
  static let mostRows = 1_048_576
  static let mostColumns = 16_384
  /// The most text of a sheet, in bytes.
  private static let mostText = 1 << 30
  /// The most cells, empty ones included: every row becomes as wide as the widest.
  private static let mostCells = 50_000_000

  init(name: String) { self.name = name }

  /// Adds a row; one without text only counts.
  ///
  /// - Throws: `malformed` for a sheet that is too large.
  mutating func add(_ cells: [String], path: String) throws {
    defer { next += 1 }
    guard let last = cells.lastIndex(where: { !$0.isEmpty }) else { return }
    let kept = Array(cells[...last])
    size += kept.reduce(kept.count) { $0 + $1.utf8.count }
    width = max(width, kept.count)
    guard rows.count < Self.mostRows, size <= Self.mostText,
      (rows.count + 1) * width <= Self.mostCells
    else {
      throw AksharaError(
        .malformed, "the sheet `\(name)` is too large", at: SourceLocation(file: path),
        remedy: "export it as CSV")
    }
    rows.append((next, kept))
  }

  /// Counts rows without text.
  mutating func skip(_ count: Int) { next += max(0, count) }

  /// Goes on at row `number`, where a file leaves empty rows out.
  mutating func goOn(at number: Int) { next = max(next, number) }

  /// The rows below the first one as records, keyed by the first one's cells; empty cells are left out.
  ///
  /// - Throws: `malformed` if two columns have the same name.
  func records(path: String) throws -> [(number: Int, record: JSONValue)] {
    guard let header = rows.first?.cells else { return [] }
    var seen: Set<String> = []
    for column in header where !column.isEmpty && !seen.insert(column).inserted {
      throw AksharaError(
        .malformed, "the sheet `\(name)` has two columns named `\(column)`",
        at: SourceLocation(file: path), remedy: "rename one of them")
    }
    return rows.dropFirst().map { row in
      let pairs = zip(header, row.cells).filter { !$0.isEmpty && !$1.isEmpty }
      return (row.number, .object(JSONObject(pairs.map { ($0, .string($1)) })))
    }
  }
}
