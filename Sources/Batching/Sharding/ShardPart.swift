internal import Artifacts
internal import Conversations

/// What became of the conversations of one block of lines: rows and counts by split, and who was
/// dropped. Made by one thread, written in order by another.
struct ShardPart: Sendable {
  /// Rows on their way into a split's files.
  enum Rows: Sendable {
    /// A record batch.
    case batch(SealedBatch)
    /// Too few for one.
    case few(ShardColumns)
  }

  /// A conversation that became no row.
  struct Dropped: Sendable {
    let id: String
    let split: Split
    let reason: SampleMaker.DropReason
    let tokens: Int
    /// What its template said against it.
    let refusal: String?
    let location: SourceLocation
  }

  /// The rows of each split, in the order of `Split.allCases`.
  private var columns = [[ShardColumns]](repeating: [], count: Split.allCases.count)
  /// The same, ready for the writer.
  private var rows = [[Rows]](repeating: [], count: Split.allCases.count)
  private(set) var counts: [Split: ShardCounts] = [:]
  private(set) var dropped: [Dropped] = []
  private let limits: ShardWriter.Limits
  /// How many bytes of lines it is made of, at most.
  private let size: Int
  private var tally = PlainTally()

  /// A part that holds nothing yet.
  ///
  /// - Parameter size: of how many bytes of lines it is made.
  init(_ limits: ShardWriter.Limits, size: Int) {
    self.limits = limits
    self.size = size
  }

  /// Takes in rows of one split that lie in an encoder's memory.
  mutating func append(_ rows: PlainRows, _ range: Range<Int>, template: [UInt8]) {
    for row in range { count(rows, row) }
    var rest = range
    while !rest.isEmpty {
      withColumns(of: rows.rows[rest.lowerBound].split) { [limits] columns in
        let fitting = columns.fitting(rows, rest, limit: limits.batchRows)
        columns.append(rows, fitting, template: template)
        rest = fitting.upperBound..<rest.upperBound
      }
    }
  }

  private mutating func count(_ rows: PlainRows, _ row: Int) {
    if !tally.isOf(rows, row) {
      finishTally()
      tally = PlainTally(of: rows, row)
    }
    tally.count(rows.rows[row], tokens: rows.tokenRange(row..<row + 1).count)
  }

  /// Makes record batches of the rows, and checks them; to be called behind the last row.
  ///
  /// - Throws: `malformed` if a reader would not take a batch.
  mutating func finish(_ checker: RowChecker) throws {
    finishTally()
    for number in columns.indices {
      for columns in takeColumns(number) {
        rows[number].append(
          columns.isWorthWriting(rows: limits.batchRows)
            ? .batch(try SealedBatch(columns, checker: checker)) : .few(columns))
      }
    }
  }

  /// Counts what is not counted yet.
  private mutating func finishTally() {
    guard tally.rows > 0 else { return }
    counts[tally.split, default: ShardCounts()].count(tally)
    tally = PlainTally()
  }

  /// Takes in what became of a conversation.
  mutating func append(
    _ outcome: SampleMaker.Outcome, of conversation: Conversation, at location: SourceLocation
  ) {
    let split = conversation.split ?? .train
    let source = conversation.provenance?.source
    counts[split, default: ShardCounts()].count(
      outcome, language: conversation.language, source: source)
    guard !outcome.samples.isEmpty else {
      dropped.append(
        Dropped(
          id: conversation.id, split: split, reason: outcome.droppedFor,
          tokens: outcome.renderedTokens, refusal: outcome.refusal, location: location))
      return
    }
    for sample in outcome.samples {
      withColumns(of: split) { $0.append(ShardRecord(sample: sample, of: conversation)) }
    }
  }

  /// The rows of a split.
  func rows(of split: Split) -> [Rows] { rows[split.number] }

  /// Takes the columns of a split out. What is left behind complete batches goes into the last of them.
  private mutating func takeColumns(_ number: Int) -> [ShardColumns] {
    var taken: [ShardColumns] = []
    swap(&taken, &columns[number])
    guard taken.count > 1, let last = taken.last, !last.isWorthWriting(rows: limits.batchRows)
    else {
      return taken
    }
    taken.removeLast()
    taken[taken.count - 1].append(last)
    return taken
  }

  /// Lets `body` append to the columns of a split, after new ones were begun if those are full.
  private mutating func withColumns(of split: Split, _ body: (inout ShardColumns) -> Void) {
    let number = split.number
    if columns[number].last?.isFull(rows: limits.batchRows) ?? true {
      var new = ShardColumns()
      if columns[number].isEmpty { new.reserve(lines: size) }
      columns[number].append(new)
    }
    body(&columns[number][columns[number].count - 1])
  }
}

extension Split {
  /// Its place among all splits.
  fileprivate var number: Int {
    switch self {
    case .train: 0
    case .validation: 1
    case .test: 2
    }
  }
}
