internal import Artifacts

/// Rows of JSON, as the Arrow plug-in gives those of Parquet files, or as they stand in JSON Lines.
struct ForeignJSONRows {
  /// Rows that are held at a time.
  static let rowsAtOnce = 1_024

  private(set) var rows = ForeignRows()

  /// Takes a row in.
  ///
  /// - Throws: `malformed` if it is no object, or a column of tokens is no list of integers.
  mutating func append(_ row: JSONValue, at location: SourceLocation) throws {
    guard let object = row.object else {
      throw AksharaError(.malformed, "the row is no object", at: location)
    }
    for name in ForeignColumnName.allCases {
      guard let value = object[name.rawValue] else { continue }
      var column = rows.columns[name] ?? ForeignColumn()
      // A column that earlier rows lack is null there.
      while column.offsets.count <= rows.rowCount { column.append(nil as [Int32]?) }
      switch value {
      case .null: column.append(nil as [Int32]?)
      case .array(let values): column.append(values.map(Self.number))
      default:
        throw AksharaError(
          .malformed, "`\(name.rawValue)` is no list of integers", at: location,
          remedy: "give a tokenized data set")
      }
      rows.columns[name] = column
    }
    rows.rowCount += 1
    for name in rows.columns.keys where rows.columns[name]?.offsets.count == rows.rowCount {
      rows.columns[name]?.append(nil as [Int32]?)
    }
  }

  private static func number(_ value: JSONValue) -> Int32 {
    switch value {
    case .integer(let number): ForeignColumn.narrowed(number)
    case .bool(let bit): bit ? 1 : 0
    default: ForeignColumn.impossible
    }
  }
}
