/// Rows as they will stand in the two files of a set, with what the check of them found.
struct SealedBatch: Sendable {
  let data: EncodedBatch
  let rows: EncodedBatch
  /// `nil` where nobody checks rows as they are written.
  let findings: RowChecker.BatchFindings?

  /// How many rows.
  var rowCount: Int { data.rowCount }

  /// Encodes rows, and checks what was encoded while it lies in the processor's cache.
  ///
  /// - Throws: `malformed` if a reader would not take the batch.
  init(_ columns: ShardColumns, checker: RowChecker?) throws {
    let data = EncodedBatch(rows: columns.rowCount, columns.data, path: "data")
    let rows = EncodedBatch(rows: columns.rowCount, columns.rows, path: "rows")
    (self.data, self.rows) = (data, rows)
    if let checker {
      findings = checker.check(try ShardBatch(data: data, rows: rows))
    } else {
      findings = nil
    }
  }
}
