internal import Artifacts
internal import Conversations

/// Compares the rows of a shard set with the conversations that it was made of, one after the other:
/// both stand in the same order, so memory does not grow with either.
///
///     conversations   a  b  c  d  e            d is in validation
///     train           a     c     e            each conversation is the next row of its split
///     validation               d
///     dropped.jsonl      b                     or the next line here; anything else is a problem
struct ConversationComparison {
  /// What became of every message.
  private(set) var account: ConversationAccount
  /// What is wrong, a sentence each; the first `ShardVerifier.mostExamples`, then how many more.
  private(set) var problems: [String] = []
  /// What should be known.
  private(set) var notices: [String] = []

  private let set: ShardSet
  private var problemCount = 0
  /// The number of the next row of each split.
  private var next: [Split: Int] = [:]
  private var dropped: DroppedIDs?

  /// Compares.
  ///
  /// - Parameter paths: JSON Lines of conversations, in the order in which the set was made.
  /// - Throws: `missingFile`, `unreadable`; `malformed` for a line that is no conversation.
  init(_ set: ShardSet, conversations paths: [String]) throws {
    self.set = set
    account = ConversationAccount(files: try paths.map { try Digest(ofFile: $0) })
    if account.files != set.manifest.inputs.map(\.digest) {
      notices.append("the conversations are not the files that the manifest names")
    }
    dropped = try set.manifest.dropped.map { try DroppedIDs(Path.join(set.path, $0.path)) }
    for path in paths {
      let reader = try JSONLinesReader(path)
      while let line = try reader.next() {
        let place = SourceLocation(file: path, line: line.number)
        try compare(ConversationRow.conversation(try reader.value(of: line), at: place), at: place)
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

  // MARK: One conversation

  private mutating func compare(_ conversation: Conversation, at place: SourceLocation) throws {
    account.conversations += 1
    let split = conversation.split ?? .train
    var found = 0
    while let record = try nextRecord(of: split, id: conversation.id) {
      next[split, default: 0] += 1
      found += 1
      compare(conversation, with: record, at: place)
      // Only windows of one conversation share an ID.
      if set.manifest.options.truncation != .split { break }
    }
    guard found == 0 else { return }
    guard try dropped?.take(conversation.id) != true else { return }
    note(
      "\(place): the conversation `\(TerminalText.line(conversation.id))` is neither the next row of "
        + "\(split.rawValue) nor listed as dropped")
  }

  private func nextRecord(of split: Split, id: String) throws -> ShardRecord? {
    let row = next[split] ?? 0
    guard row < set.rowCount(split) else { return nil }
    let record = try set.record(split, row)
    return record.sample.conversationID == id ? record : nil
  }

  private mutating func compare(
    _ conversation: Conversation, with record: ShardRecord, at place: SourceLocation
  ) {
    account.rows += 1
    let sample = record.sample
    let text = Array(sample.text.utf8)
    var own: [Int: [UInt8]] = [:]
    for span in sample.spans where span.kind.isSaid {
      guard let message = span.message else { continue }
      own[message, default: []] += text[span.bytes.clamped(to: text.indices)]
    }
    if let foreign = own.keys.filter({ !conversation.messages.indices.contains($0) }).min() {
      note("\(place): the row has a message \(foreign), which the conversation has not")
    }
    for (index, message) in conversation.messages.enumerated() {
      let change = MessageComparison(message: message, rendered: own[index], row: text).change
      account.messages[change, default: 0] += 1
      if change == .differs {
        note("\(place): message \(index) stands in the row as other text")
      }
      checkLabels(of: index, in: conversation, sample, at: place)
    }
  }

  // MARK: Labels by the conversation's own flags

  /// What the options and a message's flags say must be what its content's spans say.
  private mutating func checkLabels(
    of index: Int, in conversation: Conversation, _ sample: LabeledSample, at place: SourceLocation
  ) {
    let message = conversation.messages[index]
    let weight = Float(message.weight ?? 1)
    let chosen: Bool
    switch set.manifest.options.trainOn {
    case .assistant: chosen = message.role == .assistant
    case .lastAssistant:
      chosen = index == conversation.messages.lastIndex { $0.role == .assistant }
    case .all: chosen = true
    // What follows the text is found by its own rule; the proof checks it against the spans.
    case .responseTemplate: return
    }
    let wanted = (message.supervised ?? chosen) && weight > 0
    let spans = sample.spans.filter { $0.message == index && $0.kind == .content }
    if spans.contains(where: { $0.supervised != wanted }) {
      note("\(place): message \(index) is \(wanted ? "not " : "")trained on, against its flags")
    }
    if wanted, spans.contains(where: { $0.supervised && $0.weight != weight }) {
      note("\(place): message \(index) has another weight than \(weight)")
    }
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
