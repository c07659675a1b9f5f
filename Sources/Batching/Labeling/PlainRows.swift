internal import Conversations
internal import Tokenization

/// Rows of plain conversations one behind another, column by column, in memory that is used again.
///
///     row      0               1               …
///     texts    <|begin|>…      <|begin|>…
///     tokens   128000 …        128000 …            of all rows, without a gap
///     ends     12 14 98 …      12 14 71 …          of the spans of each row, from its own beginning on
///
/// Whoever collects rows takes many of them with one copy for each column.
struct PlainRows {
  /// What is known of one row beside its texts, tokens and spans.
  struct Row {
    /// After what it is made.
    let plan: RowPlan
    /// What the encoder's caller calls it.
    let line: Int
    /// The side of the split.
    let split: Split
    /// Borders that a token would lie across.
    var straddles = 0
    /// Contents that were trimmed.
    var trimmedContents = 0
    /// Behind its last span, its last tag and its last token, counted over all rows.
    var spanEnd = 0
    var tagEnd = 0
    var tokenEnd = 0
    /// Tokens in spans that are trained on.
    var supervisedCount = 0
    /// Whether it is a row as it is; others have to be made in the other way.
    var isPlain = false
  }

  /// The rows, in order.
  var rows: [Row] = []
  var ids = TextColumn()
  /// Empty where they are not known, as are the sources.
  var languages = TextColumn()
  var sources = TextColumn()
  var tags = TextColumn()
  var texts = TextColumn()
  /// The byte and the token behind each span, from its row's beginning on.
  var byteEnds: [Int32] = []
  var tokenEnds: [Int32] = []
  /// The tokens of all rows.
  let tokens = TokenBuffer(capacity: 1 << 16)

  /// How many rows.
  var count: Int { rows.count }

  /// Rows from `start` on that are of one split, and are all plain or none of them.
  func alikeRows(from start: Int) -> Range<Int> {
    rows(from: start) { $0.split == $1.split && $0.isPlain == $1.isPlain }
  }

  /// Rows of `range`, from its first on, that are made after one plan.
  func rowsOfOnePlan(_ range: Range<Int>) -> Range<Int> {
    rows(from: range.lowerBound) { $0.plan === $1.plan }.clamped(to: range)
  }

  private func rows(from start: Int, _ areAlike: (Row, Row) -> Bool) -> Range<Int> {
    var end = start + 1
    while end < rows.count, areAlike(rows[start], rows[end]) { end += 1 }
    return start..<end
  }

  /// The tokens of some rows.
  func tokenRange(_ rows: Range<Int>) -> Range<Int> { range(rows) { $0.tokenEnd } }

  /// The spans of some rows.
  func spanRange(_ rows: Range<Int>) -> Range<Int> { range(rows) { $0.spanEnd } }

  /// The tags of some rows.
  func tagRange(_ rows: Range<Int>) -> Range<Int> { range(rows) { $0.tagEnd } }

  private func range(_ numbers: Range<Int>, _ end: (Row) -> Int) -> Range<Int> {
    let start = numbers.lowerBound == 0 ? 0 : end(rows[numbers.lowerBound - 1])
    return start..<(numbers.isEmpty ? start : end(rows[numbers.upperBound - 1]))
  }

  /// Forgets the rows, but keeps the memory.
  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    ids.removeAll()
    languages.removeAll()
    sources.removeAll()
    tags.removeAll()
    texts.removeAll()
    byteEnds.removeAll(keepingCapacity: true)
    tokenEnds.removeAll(keepingCapacity: true)
    tokens.removeAll()
  }
}
