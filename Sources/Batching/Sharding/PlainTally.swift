internal import Conversations

/// Rows of plain conversations of one split, language and source that followed one another, counted
/// together.
struct PlainTally: Sendable {
  let split: Split
  let language: [UInt8]
  let source: [UInt8]
  private(set) var rows = 0
  private(set) var tokens = 0
  private(set) var supervised = 0
  private(set) var straddles = 0
  private(set) var trimmedContents = 0

  /// A tally of conversations about which nothing is known.
  init() { (split, language, source) = (.train, [], []) }

  /// A tally of rows like this one.
  init(of rows: PlainRows, _ row: Int) {
    split = rows.rows[row].split
    language = Array(rows.languages.bytes[rows.languages.byteRange(row..<row + 1)])
    source = Array(rows.sources.bytes[rows.sources.byteRange(row..<row + 1)])
  }

  /// Whether a row is counted here.
  func isOf(_ rows: PlainRows, _ row: Int) -> Bool {
    rows.rows[row].split == split && rows.languages.holds(language, at: row)
      && rows.sources.holds(source, at: row)
  }

  /// Counts a row.
  mutating func count(_ row: PlainRows.Row, tokens: Int) {
    rows += 1
    self.tokens += tokens
    supervised += row.supervisedCount
    straddles += row.straddles
    trimmedContents += row.trimmedContents
  }
}
