internal import Artifacts
internal import Conversations

/// Compares the rows of a shard set with the conversations that it was made of, one after the other:
/// both stand in the same order, so memory does not grow with either.
///
///     conversations   a  b  c  d  e            d is in validation
///     train           a     c     e            each conversation is the next row of its split
///     validation               d
///     dropped.jsonl      b                     or the next line here; anything else is a problem
///
/// Lines are read and rows compared by several threads; which row is whose is found in between, in
/// order.
struct ConversationComparison {
  /// What became of every message.
  private(set) var account: ConversationAccount
  /// What is wrong, a sentence each; the first `ShardVerifier.mostExamples`, then how many more.
  private(set) var problems: [String] = []
  /// How many there are.
  private(set) var problemCount = 0
  /// What should be known.
  private(set) var notices: [String] = []

  private let set: ShardSet
  /// The number of the next row of each split.
  private var next: [Split: Int] = [:]
  private var dropped: DroppedIDs?

  /// So many bytes of lines are one thread's work.
  private static let blockSize = 1 << 18

  /// A conversation, with its rows once they are found.
  private struct Unit: Sendable {
    let conversation: Conversation
    let place: SourceLocation
    var rows: [Int] = []
    /// Whether it is neither a row nor listed as dropped.
    var isLost = false

    var split: Split { conversation.split ?? .train }
  }

  /// Compares.
  ///
  /// - Parameter paths: JSON Lines of conversations, in the order in which the set was made.
  /// - Throws: `missingFile`, `unreadable`; `malformed` for a line that is no conversation.
  init(_ set: ShardSet, conversations paths: [String], threads: Int = 1) throws {
    self.set = set
    account = ConversationAccount(files: try paths.map { try Digest(ofFile: $0) })
    if account.files != set.manifest.inputs.map(\.digest) {
      notices.append("the conversations are not the files that the manifest names")
    }
    dropped = try set.manifest.dropped.map { try DroppedIDs(Path.join(set.path, $0.path)) }
    for path in paths {
      let reader = try LineBlockReader(path, blockSize: Self.blockSize)
      while true {
        var blocks: [LineBlock] = []
        while blocks.count < 4 * threads, let block = try reader.next() { blocks.append(block) }
        if blocks.isEmpty { break }
        try compare(blocks, of: path, threads: threads)
      }
    }
    try finish()
  }

  private mutating func note(_ problem: String) {
    problemCount += 1
    if problemCount <= ShardVerifier.mostExamples { problems.append(problem) }
  }

  private mutating func finish() throws {
    for split in set.splits where (next[split] ?? 0) < set.rowCount(split) {
      note("\(split.rawValue): row \(next[split] ?? 0) is none of the conversations")
    }
    if let id = dropped?.next {
      note("the dropped row `\(TerminalText.line(id))` is none of the conversations")
    }
    if problemCount > problems.count {
      problems.append("\(problemCount - problems.count) more messages or rows are not as they were")
    }
  }

  // MARK: Blocks

  private mutating func compare(_ blocks: [LineBlock], of path: String, threads: Int) throws {
    var units = try Self.map(blocks, threads: threads) { try Self.units(of: $0, in: path) }
    for block in units.indices {
      for unit in units[block].indices { try findRows(of: &units[block][unit]) }
    }
    let (set, options) = (set, set.manifest.options)
    let findings = try Self.map(units, threads: threads) { units in
      try units.map { unit in
        var findings = RowComparison(unit.conversation, at: unit.place, options: options)
        for row in unit.rows { findings.compare(with: try set.record(unit.split, row).sample) }
        return findings
      }
    }
    for (unit, found) in zip(units.joined(), findings.joined()) { take(found, of: unit) }
  }

  /// `work` done on each element by several threads, in order.
  private static func map<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], threads: Int, _ work: @escaping @Sendable (Input) throws -> Output
  ) throws -> [Output] {
    var rest = inputs[...]
    var outputs: [Output] = []
    try OrderedWork.run(
      threads: min(threads, inputs.count), next: { rest.popFirst() }, work: work,
      consume: { outputs.append($0) })
    return outputs
  }

  private static func units(of block: LineBlock, in path: String) throws -> [Unit] {
    let parser = try JSONParser()
    return try block.lines.map { line in
      let place = SourceLocation(file: path, line: line.number)
      return Unit(
        conversation: try ConversationRow.conversation(line, of: block, at: place, by: parser),
        place: place)
    }
  }

  /// Takes the next rows of its split that have its ID, or the next dropped one.
  private mutating func findRows(of unit: inout Unit) throws {
    let (split, id) = (unit.split, unit.conversation.id)
    while let row = nextRow(of: split, id: id) {
      next[split] = row + 1
      unit.rows.append(row)
      // Only windows of one conversation share an ID.
      if set.manifest.options.truncation != .split { break }
    }
    guard unit.rows.isEmpty else { return }
    unit.isLost = try dropped?.take(id) != true
  }

  private func nextRow(of split: Split, id: String) -> Int? {
    let row = next[split] ?? 0
    guard row < set.rowCount(split) else { return nil }
    return set.shardRow(split, row).id == id ? row : nil
  }

  private mutating func take(_ found: RowComparison, of unit: Unit) {
    account.conversations += 1
    account.rows += unit.rows.count
    account.messages.merge(found.changes, uniquingKeysWith: +)
    for problem in found.problems { note(problem) }
    guard unit.isLost else { return }
    note(
      "\(unit.place): the conversation `\(TerminalText.line(unit.conversation.id))` is neither the "
        + "next row of \(unit.split.rawValue) nor listed as dropped")
  }
}

/// The IDs of `dropped.jsonl`, one at a time.
private struct DroppedIDs {
  private let reader: JSONLinesReader
  /// The ID that comes next; `nil` behind the last.
  private(set) var next: String?

  init(_ path: String) throws {
    reader = try JSONLinesReader(path)
    next = try reader.nextValue()?["id"]?.string
  }

  /// Goes on if `id` comes next.
  mutating func take(_ id: String) throws -> Bool {
    guard next == id else { return false }
    next = try reader.nextValue()?["id"]?.string
    return true
  }
}
