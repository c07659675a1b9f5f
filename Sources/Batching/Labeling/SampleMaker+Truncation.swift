internal import Artifacts
internal import Conversations

/// What becomes of a row that is longer than `max_length`. None of the ways leaves a row without an
/// answer, and none trains on an answer twice.
extension SampleMaker {
  /// A conversation with its row, which is too long.
  struct Whole {
    let conversation: Conversation
    let template: any ChatTemplate
    let plan: LabelPlan
    let row: EncodedConversation
  }

  /// Replaces the row of `outcome` by what is left of it, or by the reason why nothing is.
  ///
  /// - Throws: `malformed` if `truncation` is `stop`.
  func shorten(_ whole: Whole, to outcome: inout Outcome, at location: SourceLocation?) throws {
    switch options.truncation {
    case .stop: throw tooLong(whole.row.sample, at: location)
    case .drop: outcome.samples = []
    case .right:
      outcome.samples =
        whole.row.sample.cutOnTheRight(to: options.maxLength, ends: whole.row.ends).map { [$0] }
        ?? []
    case .left: outcome.samples = try newestTurns(of: whole).map { [$0] } ?? []
    case .split: outcome.samples = try windows(of: whole)
    }
    guard !outcome.samples.isEmpty else {
      return outcome.drop(try hasRoomForAnswer(whole) ? .tooLong : .noRoomForAnswer)
    }
    outcome.truncation = options.truncation
    let kept = outcome.samples.reduce(into: Set<Int>()) { $0.formUnion($1.answers) }
    outcome.answersLeftOut = whole.row.sample.answers.subtracting(kept).count
    outcome.repeatedTokens = whole.row.sample.tokensRepeated(in: outcome.samples)
  }

  private func tooLong(_ sample: LabeledSample, at location: SourceLocation?) -> AksharaError {
    AksharaError(
      .malformed,
      "conversation `\(sample.conversationID)` has \(sample.inputIDs.count) tokens, more than "
        + "`max_length` \(options.maxLength)", at: location,
      remedy: "raise `max_length`, or say with `truncation` what becomes of long rows: drop, "
        + "left, right or split")
  }

  /// Whether a token that is trained on would fit: in the row from its beginning or, where turns may
  /// be left out, in a turn of its own.
  private func hasRoomForAnswer(_ whole: Whole) throws -> Bool {
    func fits(_ sample: LabeledSample) -> Bool {
      sample.labels.prefix(options.maxLength).contains { $0 != ignoreIndex }
    }
    guard options.truncation == .left || options.truncation == .split else {
      return options.truncation == .drop || fits(whole.row.sample)
    }
    let turns = ConversationTurns(whole.conversation)
    let looked = options.truncation == .left ? turns.turns.suffix(1) : turns.turns[...]
    return try looked.contains { fits(try row(of: whole, messages: turns.system + $0)) }
  }

  /// The row of a part of the conversation, its spans naming the messages of the whole.
  private func row(of whole: Whole, messages kept: [Int]) throws -> LabeledSample {
    var part = whole.conversation
    part.messages = kept.map { whole.conversation.messages[$0] }
    let plan = whole.plan.row(of: kept, trainOnEOS: options.trainOnEOS)
    var sample = try encoder.encode(try render(part, whole.template, plan)).sample
    for index in sample.spans.indices {
      sample.spans[index].message = sample.spans[index].message.map { kept[$0] }
    }
    return sample
  }

  /// The newest turns that fit, with the system message in front; `nil` if not even the last does,
  /// or nothing in it is trained on.
  private func newestTurns(of whole: Whole) throws -> LabeledSample? {
    let turns = ConversationTurns(whole.conversation)
    let lengths = TurnLengths(whole.row.sample, turns)
    for first in turns.turns.indices.dropFirst() {
      let range = first..<turns.turns.count
      guard lengths.least(range) <= options.maxLength else { continue }
      let row = try row(of: whole, messages: turns.messages(of: range))
      if row.inputIDs.count <= options.maxLength { return row.supervisedCount > 0 ? row : nil }
    }
    return nil
  }

  /// Rows of as many turns as fit, each with the system message in front; turns that are too long by
  /// themselves, and rows in which nothing is trained on, are left out.
  private func windows(of whole: Whole) throws -> [LabeledSample] {
    let turns = ConversationTurns(whole.conversation)
    let lengths = TurnLengths(whole.row.sample, turns)
    var rows: [LabeledSample] = []
    var first = 0
    while first < turns.turns.count {
      var end = lengths.mostEnd(from: first, limit: options.maxLength)
      var window: LabeledSample?
      while end > first {
        let row = try row(of: whole, messages: turns.messages(of: first..<end))
        if row.inputIDs.count <= options.maxLength {
          window = row
          break
        }
        end -= 1
      }
      if let window, window.supervisedCount > 0 { rows.append(window) }
      first = max(first + 1, end)
    }
    return rows
  }
}

/// How many tokens turns have at least, whatever part of their conversation they stand in.
private struct TurnLengths {
  /// Those of the system messages in front.
  private var system = 0
  /// Those of all turns before each, and before the end.
  private var before: [Int] = [0]
  /// Those of the header of each turn's first message, which it may lose where it opens the sequence.
  private var headers: [Int] = []

  init(_ sample: LabeledSample, _ turns: ConversationTurns) {
    var (tokens, headers): ([Int: Int], [Int: Int]) = ([:], [:])
    for span in sample.spans {
      guard let message = span.message else { continue }
      if span.kind == .header { headers[message, default: 0] += span.tokens.count }
      // What a template leaves out or puts elsewhere in a part is no part of the least.
      if span.kind != .thinking { tokens[message, default: 0] += span.tokens.count }
    }
    func sum(_ messages: [Int]) -> Int { messages.reduce(0) { $0 + (tokens[$1] ?? 0) } }
    system = sum(turns.system)
    for turn in turns.turns {
      before.append(before[before.count - 1] + sum(turn))
      self.headers.append(turn.first.flatMap { headers[$0] } ?? 0)
    }
  }

  /// The least of a row of some turns, with the system messages.
  func least(_ turns: Range<Int>) -> Int {
    system + before[turns.upperBound] - before[turns.lowerBound] - headers[turns.lowerBound]
  }

  /// Behind the last turn that could stand in a row of at most `limit` tokens which begins with
  /// turn `first`; that turn's own number if it could not itself.
  ///
  /// - Complexity: O(log n): with every turn the least grows.
  func mostEnd(from first: Int, limit: Int) -> Int {
    var (low, high) = (first, headers.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if least(first..<middle) <= limit { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

extension LabeledSample {
  /// The messages of which something is trained on.
  var answers: Set<Int> {
    Set(spans.filter { $0.supervised && !$0.tokens.isEmpty }.compactMap(\.message))
  }

  /// How many tokens `rows`, parts of this row, have beyond those that are of this row: what stands in
  /// more rows than one, and what a part renders that the whole does not.
  func tokensRepeated(in rows: [LabeledSample]) -> Int {
    let kept = rows.reduce(into: Set<Int>()) { $0.formUnion($1.spans.compactMap(\.message)) }
    let left = spans.reduce(0) { count, span in
      let isLeft = span.message.map { !kept.contains($0) } ?? false
      return isLeft ? count + span.tokens.count : count
    }
    return max(0, rows.reduce(0) { $0 + $1.inputIDs.count } + left - inputIDs.count)
  }
}
