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
  init(of row: PlainRow) {
    split = row.split ?? .train
    (language, source) = (Array(row.language), Array(row.source))
  }

  /// Whether a row is counted here.
  func isOf(_ row: PlainRow) -> Bool {
    (row.split ?? .train) == split
      && UnsafeRawBufferPointer(row.language).equals(language)
      && UnsafeRawBufferPointer(row.source).equals(source)
  }

  /// Counts a row.
  mutating func count(_ row: PlainRow) {
    rows += 1
    tokens += row.ids.count
    supervised += row.supervisedCount
    straddles += row.straddles
    trimmedContents += row.trimmedContents
  }
}
