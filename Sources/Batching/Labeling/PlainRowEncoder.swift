internal import Conversations
internal import Tokenization

/// Makes the rows of plain conversations: the same as `SampleMaker` does with `RowEncoder`, without
/// rendering what is the same in every row, and with one call of the tokenizer for many rows.
///
///     take     conversation ─► its text, with the fixed parts of its plan; contents go into a batch
///     take     …                until `isFull`
///     finish   the batch is encoded; row by row, tokens of fixed texts and of the batch are joined
///
/// Whatever is not plain is left to those two: other options, contents that are blank or hold the
/// text of a control token, rows that are too long or train on nothing. One encoder belongs to one
/// thread.
struct PlainRowEncoder {
  /// The name of the template.
  let template: [UInt8]

  private let maker: SampleMaker
  private let scanner: ControlTextScanner
  private let maxLength: Int
  private let chatTemplate: any ChatTemplate
  private let tokenizer: any Tokenizer
  private var plans: [RowPlan] = []
  /// The numbers of plans by the numbers of the messages' roles; `nil` where there can be none.
  private var planNumbers: [[UInt8]: Int?] = [:]
  private var key: [UInt8] = []
  /// The plan that was followed last, with its key.
  private var last: (key: [UInt8], plan: Int?) = ([], nil)

  // What was taken and waits for its tokens.
  private var waiting: [Waiting] = []
  /// IDs, languages, sources and tags.
  private var names = Texts()
  private var rendered = Texts()
  private var byteEnds: [Int32] = []
  private var batch = TextBatch()
  private var borders: [Int] = []

  // What the tokens are.
  private let batchIDs = TokenBuffer(capacity: 1 << 16)
  private var places: [Int32] = []
  private let rowIDs = TokenBuffer(capacity: 1 << 12)
  private var tokenEnds: [Int32] = []

  /// Conversations with more messages than this, or with other roles than so many lists of roles
  /// that came before, are made in the other way: plans are kept.
  private static let (mostMessages, mostPlans) = (64, 256)
  /// So much text is encoded at once: with its tokens it stays in a second-level cache.
  private static let mostBytes = 1 << 16

  /// A conversation that was taken.
  private struct Waiting {
    let plan: Int
    let line: Int
    let split: Split?
    let id: Range<Int>
    let language: Range<Int>
    let source: Range<Int>
    let tags: [Range<Int>]
    var text = 0..<0
    var firstSpan = 0
    var straddles = 0
    var trimmedContents = 0
  }

  /// Texts one behind another.
  private struct Texts {
    private(set) var bytes: [UInt8] = []

    /// Appends a text, and says where it lies.
    mutating func append(_ text: PlainConversation.Text) -> Range<Int> {
      let start = bytes.count
      bytes.append(contentsOf: text)
      return start..<bytes.count
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
  }

  /// An encoder; `nil` if the options ask for rows that are not plain.
  init?(_ maker: SampleMaker) {
    let tokenizer = maker.encoder.tokenizer
    guard maker.options.trainOn != .responseTemplate, maker.options.border == .cutAtAnswer,
      let template = maker.chooser.only, template.placesContents,
      !TextContinuation(tokenizer).isNeeded,
      !template.requiredSpecialTokens.contains(where: tokenizer.takesSpace)
    else { return nil }
    self.maker = maker
    scanner = maker.scanner
    maxLength = maker.options.maxLength
    self.tokenizer = tokenizer
    chatTemplate = template
    self.template = Array(template.name.utf8)
  }

  /// Whether what was taken should be finished before more is.
  var isFull: Bool { rendered.bytes.count >= Self.mostBytes }

  // MARK: Taking

  /// Takes a conversation; `false` if it is not plain.
  ///
  /// - Parameter line: what `finish` calls it.
  /// - Throws: `invalidOption` if the tokenizer lacks a control token.
  mutating func take(_ conversation: PlainConversation, line: Int) throws -> Bool {
    guard let plan = try planNumber(for: conversation), plans[plan].isTrainedOn else {
      return false
    }
    for message in conversation.messages where !isPlain(message.content) { return false }
    var row = Waiting(
      plan: plan, line: line, split: conversation.split, id: names.append(conversation.id),
      language: names.append(conversation.language), source: names.append(conversation.source),
      tags: conversation.tags.map { names.append($0) })
    write(&row, plans[plan], conversation.messages)
    waiting.append(row)
    return true
  }

  private mutating func planNumber(for conversation: PlainConversation) throws -> Int? {
    let messages = conversation.messages
    guard messages.count <= Self.mostMessages else { return nil }
    key.removeAll(keepingCapacity: true)
    for message in messages { key.append(UInt8(message.role.number)) }
    if key != last.key { last = (key, try newPlan(messages.map(\.role))) }
    return last.plan
  }

  private mutating func newPlan(_ roles: [Role]) throws -> Int? {
    if let known = planNumbers[key] { return known }
    guard planNumbers.count < Self.mostPlans, !roles.contains(.tool) else { return nil }
    let outline = TemplateOutline(of: chatTemplate, roles: roles) { [maker] in
      try maker.plan(for: $0, at: nil)
    }
    let plan = try outline.flatMap { try RowPlan($0, tokenizer: tokenizer) }
    planNumbers[key] = .some(plan == nil ? nil : plans.count)
    if let plan { plans.append(plan) }
    return planNumbers[key] ?? nil
  }

  /// Whether a content is neither blank nor has to be looked at for control tokens.
  private func isPlain(_ content: PlainConversation.Text) -> Bool {
    let bytes = UnsafeRawBufferPointer(content)
    return !PythonWhitespace.isAll(of: bytes)
      && (!scanner.mayFind(in: content) || !scanner.isFound(in: bytes))
  }

  /// Writes the text of a row, and puts the parts of it that have to be encoded into the batch.
  private mutating func write(
    _ row: inout Waiting, _ plan: RowPlan, _ messages: [PlainConversation.Message]
  ) {
    let start = rendered.bytes.count
    row.firstSpan = byteEnds.count
    var isOpen = false
    var runStart = start
    plan.text.withUnsafeBufferPointer { fixed in
      for step in plan.steps {
        switch step {
        case .fixed(let range, _): _ = rendered.append(.init(rebasing: fixed[range]))
        case .literal(let range):
          isOpen = true
          append(.init(rebasing: fixed[range]))
        case .content(let message, let trimming):
          isOpen = true
          let content = messages[message].content
          let range = PythonWhitespace.range(of: UnsafeRawBufferPointer(content), trimming)
          if range.count < content.count { row.trimmedContents += 1 }
          append(.init(rebasing: content[range]))
        case .encode:
          isOpen = false
          batch.endText()
        case .endSpan:
          if isOpen { batch.mark() }
          byteEnds.append(Int32(rendered.bytes.count - start))
        case .beginRun: runStart = rendered.bytes.count
        case .border: borders.append(rendered.bytes.count)
        case .endRun: row.straddles += straddles(from: runStart)
        }
      }
    }
    row.text = start..<rendered.bytes.count
  }

  private mutating func append(_ text: PlainConversation.Text) {
    _ = rendered.append(text)
    batch.append(text)
  }

  /// Counts the borders of a run that a token would lie across if it were encoded as one; see
  /// `SampleEncoder`.
  private mutating func straddles(from start: Int) -> Int {
    var count = 0
    for border in borders where start < border && border < rendered.bytes.count {
      if isStraddled(border, from: start) { count += 1 }
    }
    borders.removeAll(keepingCapacity: true)
    return count
  }

  private mutating func isStraddled(_ border: Int, from start: Int) -> Bool {
    let reach = SampleEncoder.straddleWindow
    let window = max(start, border - reach)..<min(rendered.bytes.count, border + reach)
    let offset = border - window.lowerBound
    let tokenizer = tokenizer
    return rendered.bytes[window].withUnsafeBufferPointer { bytes in
      !tokenizer.cuts(bytes, at: offset)
        && !tokenizer.encode(bytes, specials: .asText).ends.contains(Int32(offset))
    }
  }

  // MARK: Finishing

  /// Encodes what was taken, and calls `body` with each conversation's line and row, in order; without
  /// a row if it is not plain after all. Nothing waits any more then.
  mutating func finish(_ body: (_ line: Int, _ row: PlainRow?) throws -> Void) rethrows {
    guard !waiting.isEmpty else { return }
    batchIDs.removeAll()
    places.removeAll(keepingCapacity: true)
    tokenizer.encode(batch, into: batchIDs, places: &places)
    defer { forget() }
    var position = Position()
    for row in waiting {
      let plan = plans[row.plan]
      joinTokens(plan, &position)
      let supervised = supervisedCount(plan)
      let isPlain = supervised > 0 && rowIDs.count <= maxLength
      try withRow(row, plan, supervised) { try body(row.line, isPlain ? $0 : nil) }
    }
  }

  /// How far the tokens of the batch are used, and its places.
  private struct Position {
    var token = 0
    var place = 0
  }

  /// Puts the tokens of a row together, and finds where its spans end: behind the first token that
  /// reaches their border.
  private mutating func joinTokens(_ plan: RowPlan, _ position: inout Position) {
    rowIDs.removeAll()
    tokenEnds.removeAll(keepingCapacity: true)
    var isOpen = false
    for step in plan.steps {
      switch step {
      case .fixed(_, let ids):
        plan.ids.withUnsafeBufferPointer { rowIDs.append(.init(rebasing: $0[ids])) }
      case .literal, .content: isOpen = true
      case .encode:
        isOpen = false
        let end = Int(places[position.place])
        batchIDs.withIDs { rowIDs.append(.init(rebasing: $0[position.token..<end])) }
        (position.token, position.place) = (end, position.place + 1)
      case .endSpan where isOpen:
        let inside = Int(places[position.place]) - position.token
        tokenEnds.append(Int32(rowIDs.count + inside))
        position.place += 1
      case .endSpan: tokenEnds.append(Int32(rowIDs.count))
      case .beginRun, .border, .endRun: break
      }
    }
  }

  private func supervisedCount(_ plan: RowPlan) -> Int {
    var (start, count): (Int32, Int32) = (0, 0)
    for (span, end) in zip(plan.spans, tokenEnds) {
      if span.supervised { count += end - start }
      start = end
    }
    return Int(count)
  }

  private func withRow(
    _ row: Waiting, _ plan: RowPlan, _ supervised: Int, _ body: (PlainRow) throws -> Void
  ) rethrows {
    try rendered.bytes.withUnsafeBufferPointer { text in
      try names.bytes.withUnsafeBufferPointer { names in
        try byteEnds.withUnsafeBufferPointer { byteEnds in
          try tokenEnds.withUnsafeBufferPointer { tokenEnds in
            try rowIDs.withIDs { ids in
              let spans = row.firstSpan..<row.firstSpan + tokenEnds.count
              try body(
                PlainRow(
                  plan: plan, id: .init(rebasing: names[row.id]), split: row.split,
                  language: .init(rebasing: names[row.language]),
                  source: .init(rebasing: names[row.source]),
                  tags: row.tags.map { .init(rebasing: names[$0]) },
                  text: .init(rebasing: text[row.text]), ids: ids,
                  byteEnds: .init(rebasing: byteEnds[spans]), tokenEnds: tokenEnds,
                  supervisedCount: supervised, straddles: row.straddles,
                  trimmedContents: row.trimmedContents))
            }
          }
        }
      }
    }
  }

  /// Forgets what was taken.
  mutating func forget() {
    waiting.removeAll(keepingCapacity: true)
    names.removeAll()
    rendered.removeAll()
    byteEnds.removeAll(keepingCapacity: true)
    batch.removeAll()
  }
}
