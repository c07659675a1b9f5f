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
  /// Plans by the numbers of the messages' roles; `nil` where there can be none.
  private var plans: [[UInt8]: RowPlan?] = [:]
  private var key: [UInt8] = []
  /// The plan that was followed last, with its key.
  private var last: (key: [UInt8], plan: RowPlan?) = ([], nil)

  /// What was taken; without tokens until they are joined.
  private var rows = PlainRows()
  private var batch = TextBatch()
  private var borders: [Int] = []

  // What the tokens of the batch are.
  private let batchIDs = TokenBuffer(capacity: 1 << 16)
  private var places: [Int32] = []

  /// Conversations with more messages than this, or with other roles than so many lists of roles
  /// that came before, are made in the other way: plans are kept.
  private static let (mostMessages, mostPlans) = (64, 256)
  /// So much text is encoded at once: with its tokens it stays in a second-level cache.
  private static let mostBytes = 1 << 16

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
  var isFull: Bool { rows.texts.bytes.count >= Self.mostBytes }

  // MARK: Taking

  /// Takes a conversation; `false` if it is not plain.
  ///
  /// - Parameter line: what `finish` calls it.
  /// - Throws: `invalidOption` if the tokenizer lacks a control token.
  mutating func take(_ conversation: PlainConversation, line: Int) throws -> Bool {
    guard let plan = try plan(for: conversation), plan.isTrainedOn else { return false }
    for message in conversation.messages where !isPlain(message.content) { return false }
    rows.ids.append(conversation.id)
    rows.languages.append(conversation.language)
    rows.sources.append(conversation.source)
    for tag in conversation.tags { rows.tags.append(tag) }
    var row = PlainRows.Row(plan: plan, line: line, split: conversation.split ?? .train)
    row.tagEnd = rows.tags.count
    write(&row, conversation.messages)
    rows.rows.append(row)
    return true
  }

  private mutating func plan(for conversation: PlainConversation) throws -> RowPlan? {
    let messages = conversation.messages
    guard messages.count <= Self.mostMessages else { return nil }
    key.removeAll(keepingCapacity: true)
    for message in messages { key.append(UInt8(message.role.number)) }
    if key != last.key { last = (key, try newPlan(messages.map(\.role))) }
    return last.plan
  }

  private mutating func newPlan(_ roles: [Role]) throws -> RowPlan? {
    if let known = plans[key] { return known }
    guard plans.count < Self.mostPlans, !roles.contains(.tool) else { return nil }
    let outline = TemplateOutline(of: chatTemplate, roles: roles) { [maker] in
      try maker.plan(for: $0, at: nil)
    }
    let plan = try outline.flatMap { try RowPlan($0, tokenizer: tokenizer) }
    plans[key] = .some(plan)
    return plan
  }

  /// Whether a content is neither blank nor has to be looked at for control tokens.
  private func isPlain(_ content: PlainConversation.Text) -> Bool {
    let bytes = UnsafeRawBufferPointer(content)
    return !PythonWhitespace.isAll(of: bytes)
      && (!scanner.mayFind(in: content) || !scanner.isFound(in: bytes))
  }

  /// Writes the text of a row, and puts the parts of it that have to be encoded into the batch.
  private mutating func write(
    _ row: inout PlainRows.Row, _ messages: [PlainConversation.Message]
  ) {
    let start = rows.texts.bytes.count
    var isOpen = false
    var runStart = start
    row.plan.text.withUnsafeBufferPointer { fixed in
      for step in row.plan.steps {
        switch step {
        case .fixed(let range, _): rows.texts.appendPart(.init(rebasing: fixed[range]))
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
          rows.byteEnds.append(Int32(rows.texts.bytes.count - start))
        case .beginRun: runStart = rows.texts.bytes.count
        case .border: borders.append(rows.texts.bytes.count)
        case .endRun: row.straddles += straddles(from: runStart)
        }
      }
    }
    rows.texts.endText()
    row.spanEnd = rows.byteEnds.count
  }

  private mutating func append(_ text: PlainConversation.Text) {
    rows.texts.appendPart(text)
    batch.append(text)
  }

  /// Counts the borders of a run that a token would lie across if it were encoded as one; see
  /// `SampleEncoder`.
  private mutating func straddles(from start: Int) -> Int {
    var count = 0
    for border in borders where start < border && border < rows.texts.bytes.count {
      if isStraddled(border, from: start) { count += 1 }
    }
    borders.removeAll(keepingCapacity: true)
    return count
  }

  private mutating func isStraddled(_ border: Int, from start: Int) -> Bool {
    let reach = SampleEncoder.straddleWindow
    let window = max(start, border - reach)..<min(rows.texts.bytes.count, border + reach)
    let offset = border - window.lowerBound
    let tokenizer = tokenizer
    return rows.texts.bytes[window].withUnsafeBufferPointer { bytes in
      !tokenizer.cuts(bytes, at: offset)
        && !tokenizer.encode(bytes, specials: .asText).ends.contains(Int32(offset))
    }
  }

  // MARK: Finishing

  /// Encodes what was taken, and gives it to `body` in order: the rows that are plain, those of one
  /// split together, and the others, which have to be made in the other way. Nothing waits any more
  /// then.
  mutating func finish(
    _ body: (_ rows: PlainRows, _ range: Range<Int>, _ arePlain: Bool) throws -> Void
  ) rethrows {
    guard rows.count > 0 else { return }
    batchIDs.removeAll()
    places.removeAll(keepingCapacity: true)
    tokenizer.encode(batch, into: batchIDs, places: &places)
    defer { forget() }
    joinTokens()
    var start = 0
    while start < rows.count {
      let range = rows.alikeRows(from: start)
      try body(rows, range, rows.rows[start].isPlain)
      start = range.upperBound
    }
  }

  /// Puts the tokens of the rows together, and finds where their spans end: behind the first token that
  /// reaches their border.
  private mutating func joinTokens() {
    // How far the tokens of the batch are used, and its places.
    var (token, place) = (0, 0)
    let tokens = rows.tokens
    for index in rows.rows.indices {
      let (plan, start) = (rows.rows[index].plan, tokens.count)
      var (isOpen, span, spanStart, supervised) = (false, 0, start, 0)
      for step in plan.steps {
        switch step {
        case .fixed(_, let ids):
          plan.ids.withUnsafeBufferPointer { tokens.append(.init(rebasing: $0[ids])) }
        case .literal, .content: isOpen = true
        case .encode:
          isOpen = false
          let end = Int(places[place])
          batchIDs.withIDs { tokens.append(.init(rebasing: $0[token..<end])) }
          (token, place) = (end, place + 1)
        case .endSpan:
          var end = tokens.count
          if isOpen {
            end += Int(places[place]) - token
            place += 1
          }
          rows.tokenEnds.append(Int32(end - start))
          if plan.spans[span].supervised { supervised += end - spanStart }
          (span, spanStart) = (span + 1, end)
        case .beginRun, .border, .endRun: break
        }
      }
      rows.rows[index].tokenEnd = tokens.count
      rows.rows[index].supervisedCount = supervised
      rows.rows[index].isPlain = supervised > 0 && tokens.count - start <= maxLength
    }
  }

  /// Forgets what was taken.
  mutating func forget() {
    rows.removeAll()
    batch.removeAll()
  }
}
