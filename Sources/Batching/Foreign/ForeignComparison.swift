internal import Artifacts
internal import Conversations
internal import Tokenization

/// How the rows of a foreign set stand to the conversations that it was made of.
public struct ForeignComparisonCounts: Sendable, Equatable {
  /// Conversations that were rendered.
  public var conversations = 0
  /// Conversations that the template or the options make no row of.
  public var refused = 0
  /// Rows with the tokens and the labels that the template and the options give.
  public var identical = 0
  /// Rows with the tokens, but other labels.
  public var otherLabels = 0
  /// Rows with other tokens.
  public var otherTokens = 0
  /// Conversations whose tokens are in no row.
  public var missing = 0
  /// Rows with the tokens of a conversation that another row has already.
  public var repeated = 0

  /// `12 rows are just what the template makes of 14 conversations, …; 2 conversations are in no row, 0
  /// rows repeat others`.
  public var summary: String {
    "conversations: \(identical) rows are just what the template makes of \(conversations) "
      + "conversations, \(otherLabels) have other labels, \(otherTokens) other tokens; "
      + "\(missing) conversations are in no row, \(repeated) rows repeat others"
  }

  var json: JSONValue {
    [
      "conversations": JSONValue(conversations), "refused": JSONValue(refused),
      "identical": JSONValue(identical), "other_labels": JSONValue(otherLabels),
      "other_tokens": JSONValue(otherTokens), "missing": JSONValue(missing),
      "repeated": JSONValue(repeated),
    ]
  }
}

/// Renders conversations again, and finds for each row of a foreign set the one that it was made of,
/// wherever it stands: sets are shuffled, filtered and split.
///
/// What is kept of a rendered row is two 64-bit hashes and a number: 40 bytes a conversation or so.
final class ForeignComparison {
  /// What a row is.
  enum Match {
    /// Sound if the row that the template makes passes the check of a shard set's rows.
    case identical(isSound: Bool)
    /// The tokens of this conversation.
    case otherLabels(Int)
    /// Begins as this conversation does, if one is known.
    case otherTokens(Int?)

    /// Whether it is a row that the template makes, and nothing is wrong with it.
    var isSound: Bool { if case .identical(true) = self { true } else { false } }
  }

  private struct Entry {
    var number: Int
    /// The rows with these tokens, by the hash of their labels.
    var labels: [UInt64: SoundRows.Row]
    /// How many conversations have these tokens, and how many rows.
    var conversations = 0
    var rows = 0
  }

  private(set) var counts = ForeignComparisonCounts()
  private let paths: [String]
  private let maker: SampleMaker
  private let checker: RowChecker
  private let kept: RenderedRows?
  private var rowCount = 0
  private var byTokens: [UInt64: Entry] = [:]
  private var byBeginning: [UInt64: Int] = [:]

  /// So many tokens behind the begin tokens name a row whose rest differs.
  private static let beginning = 24
  private static let linesAtOnce = 64

  /// - Parameter kept: takes the rows that the template makes, if they are wanted later.
  /// - Throws: `missingFile`, `malformed` for the conversations; `invalidOption` if options clash;
  ///   `unwritable`.
  init(
    conversations paths: [String], options: FormatOptions, tokenizer: any Tokenizer, threads: Int,
    keeping kept: RenderedRows? = nil
  ) throws {
    (self.paths, self.kept) = (paths, kept)
    var options = options
    options.onRefusal = .drop
    maker = try SampleMaker(options, tokenizer: tokenizer)
    checker = RowChecker(ShardManifest(of: maker, inputs: []), tokenizer: tokenizer)
    var number = 0
    try forEachSample(threads: threads) { samples in
      if samples.isEmpty { counts.refused += 1 }
      for sample in samples { try add(sample, number) }
      number += 1
    }
    counts.conversations = number
  }

  private func add(_ made: Made, _ number: Int) throws {
    let sample = made.record.sample
    try kept?.append(made.record)
    defer { rowCount += 1 }
    let key = Self.hash(sample.inputIDs)
    var entry = byTokens[key] ?? Entry(number: number, labels: [:])
    entry.conversations += 1
    let labels = Self.hash(sample.labels) ^ Self.hash(ofWeights: sample)
    var row = entry.labels[labels] ?? SoundRows.Row(isSound: true, number: rowCount)
    row.isSound = row.isSound && made.isSound
    entry.labels[labels] = row
    byTokens[key] = entry
    let beginning = Self.beginningHash(sample.inputIDs)
    if byBeginning[beginning] == nil { byBeginning[beginning] = number }
  }

  /// Finds a row's conversation, and counts.
  func match(_ sample: ForeignSample) -> Match {
    let key = Self.hash(sample.ids)
    guard let entry = byTokens[key] else {
      counts.otherTokens += 1
      return .otherTokens(byBeginning[Self.beginningHash(sample.ids)])
    }
    byTokens[key]?.rows += 1
    guard let row = entry.labels[Self.hash(sample.labels)] else {
      counts.otherLabels += 1
      return .otherLabels(entry.number)
    }
    counts.identical += 1
    return .identical(isSound: row.isSound)
  }

  /// The rows that the template makes, and nothing is wrong with: to be asked by many threads.
  struct SoundRows: Sendable {
    fileprivate struct Row {
      var isSound: Bool
      /// Which of the rows it is that the template makes.
      let number: Int
    }

    fileprivate let labels: [UInt64: [UInt64: Row]]

    /// Which of the rows that the template makes a sample is; `nil` if it is none, or not sound.
    func number(of sample: ForeignSample) -> Int? {
      guard sample.faults.isEmpty,
        let rows = labels[ForeignComparison.hash(sample.ids)],
        let row = rows[ForeignComparison.hash(sample.labels)], row.isSound
      else { return nil }
      return row.number
    }
  }

  /// Those of all conversations.
  var soundRows: SoundRows { SoundRows(labels: byTokens.mapValues(\.labels)) }

  /// Counts the conversations that no row was, and the rows that were there already.
  func finish() {
    for entry in byTokens.values {
      counts.missing += max(0, entry.conversations - entry.rows)
      counts.repeated += max(0, entry.rows - entry.conversations)
    }
  }

  /// FNV-1a over the tokens' bytes. Source: Fowler, Noll and Vo, RFC 9923.
  fileprivate static func hash(_ ids: some Sequence<TokenID>) -> UInt64 {
    ids.reduce(0xcbf2_9ce4_8422_2325) { hash, id in
      var hash = hash
      for shift in stride(from: 0, to: 32, by: 8) {
        hash = (hash ^ UInt64(UInt8(truncatingIfNeeded: id >> shift))) &* 0x0000_0100_0000_01B3
      }
      return hash
    }
  }

  /// The hash of weights, which a foreign set has not: 0 where all that is trained on weighs 1.
  private static func hash(ofWeights sample: LabeledSample) -> UInt64 {
    let spans = sample.spans.filter { $0.supervised && $0.weight != 1 }
    if spans.isEmpty { return 0 }
    return hash(
      spans.flatMap { [TokenID($0.tokens.lowerBound), TokenID(bitPattern: $0.weight.bitPattern)] })
  }

  /// The hash of the first tokens, of which equal ones in front count once: a begin token that stands
  /// twice must not hide the conversation.
  private static func beginningHash(_ ids: [TokenID]) -> UInt64 {
    let repeated = ids.prefix { $0 == ids.first }.count
    return hash(ids.dropFirst(max(0, repeated - 1)).prefix(beginning))
  }

  // MARK: Explanations

  /// What the first difference is between rows and the conversations with these numbers: one more
  /// pass over the files, in which only those are rendered.
  func explain(_ rows: [(number: Int, sample: ForeignSample)], _ table: TokenTable) throws
    -> [String]
  {
    var texts = [String](repeating: "", count: rows.count)
    var number = 0
    let numbers = Set(rows.map(\.number))
    try forEachSample(threads: 1, wanted: { numbers.contains($0) }) { samples in
      for (index, row) in rows.enumerated() where row.number == number {
        texts[index] =
          samples.first.map { Self.difference(row.sample, $0.record.sample, table) } ?? ""
      }
      number += 1
    }
    return texts
  }

  private static func difference(
    _ row: ForeignSample, _ sample: LabeledSample, _ table: TokenTable
  ) -> String {
    let name = "conversation `\(TerminalText.line(sample.conversationID))`"
    func text(_ ids: ArraySlice<TokenID>) -> String {
      TerminalText.line(String(decoding: table.decode(ids.prefix(6)), as: UTF8.self))
    }
    let common = zip(row.ids, sample.inputIDs).prefix { $0 == $1 }.count
    if common == row.ids.count && common < sample.inputIDs.count {
      return "\(name) was cut from \(sample.inputIDs.count) to \(common) tokens"
    }
    if common < row.ids.count {
      return "\(name): token \(common) begins `\(text(row.ids[common...]))`, where the template "
        + "gives `\(text(sample.inputIDs[common...]))`"
    }
    guard
      let token = zip(row.labels, sample.labels).enumerated().first(where: { $1.0 != $1.1 })?
        .offset
    else { return "\(name) has weights, which the set has not" }
    let word = row.labels[token] == ignoreIndex ? "not trained on" : "trained on"
    return "\(name): token \(token) `\(text(row.ids[token...token]))` is \(word)"
  }

  // MARK: Reading

  private struct Block: Sendable {
    let path: String
    var lines: [JSONLine] = []
    var numbers: [Int] = []
  }

  /// A row that the template makes, and whether nothing is wrong with it.
  private struct Made: Sendable {
    let record: ShardRecord
    let isSound: Bool
  }

  /// Checks the rows of some conversations as those of a shard set are checked.
  private static func checked(
    _ records: [[ShardRecord]], by checker: RowChecker
  ) throws -> [[Made]] {
    var columns = ShardColumns()
    for record in records.joined() { columns.append(record) }
    let findings = try SealedBatch(columns, checker: checker).findings
    let faulty = Set(findings?.faults.map(\.row) ?? [])
    var row = 0
    return records.map { records in
      records.map { record in
        defer { row += 1 }
        return Made(record: record, isSound: !faulty.contains(row))
      }
    }
  }

  /// Gives the samples of every conversation in order; none for those that are not wanted.
  private func forEachSample(
    threads: Int, wanted: @escaping @Sendable (Int) -> Bool = { _ in true },
    _ body: ([Made]) throws -> Void
  ) throws {
    var number = 0
    for path in paths {
      let reader = try JSONLinesReader(path)
      let (maker, checker) = (maker, checker)
      let first = number
      var taken = 0
      try OrderedWork.run(
        threads: threads,
        next: {
          var block = Block(path: path)
          while block.lines.count < Self.linesAtOnce, let line = try reader.next() {
            block.lines.append(line)
            block.numbers.append(first + taken)
            taken += 1
          }
          return block.lines.isEmpty ? nil : block
        },
        work: { block in
          let parser = try JSONParser()
          let records = try zip(block.lines, block.numbers).map { line, number -> [ShardRecord] in
            guard wanted(number) else { return [] }
            let place = SourceLocation(file: block.path, line: line.number)
            let conversation = try ConversationRow.conversation(
              try parser.value(of: line, in: block.path), at: place)
            return try maker.make(conversation, at: place).samples.map {
              ShardRecord(sample: $0, of: conversation)
            }
          }
          return try Self.checked(records, by: checker)
        },
        consume: { list in
          for samples in list {
            try body(samples)
            number += 1
          }
        })
    }
  }
}
