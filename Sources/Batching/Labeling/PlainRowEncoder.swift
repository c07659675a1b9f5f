internal import Conversations
internal import Tokenization

/// A row that was made by `PlainRowEncoder`, in memory that the next row takes.
struct PlainRow {
  /// The rendered text.
  fileprivate(set) var text: [UInt8] = []
  /// The tokens.
  let tokens = TokenBuffer(keepsEnds: true, capacity: 4096)
  /// The spans, without their places.
  fileprivate(set) var spans: [SampleSpan] = []
  /// Where each span ends: the byte and the token behind it.
  fileprivate(set) var spanEnds: [(byte: Int32, token: Int32)] = []
  /// Tokens in spans that are trained on.
  fileprivate(set) var supervisedCount = 0
  /// Borders that a token would lie across.
  fileprivate(set) var straddles = 0
  /// Contents that were trimmed.
  fileprivate(set) var trimmedContents = 0
}

/// Makes the rows of plain conversations: the same as `SampleMaker` does with `RowEncoder`, without
/// rendering what is the same in every row.
///
/// Whatever is not plain is left to those two: other options, contents that are blank or hold the
/// text of a control token, rows that are too long or train on nothing. One encoder belongs to one
/// thread.
struct PlainRowEncoder {
  /// The row that was made last.
  private(set) var row = PlainRow()
  /// The name of the template.
  let template: [UInt8]

  private let maker: SampleMaker
  private let chatTemplate: any ChatTemplate
  private let tokenizer: any Tokenizer
  /// Plans by the numbers of the messages' roles; `nil` where there can be none.
  private var plans: [[UInt8]: RowPlan?] = [:]
  private var key: [UInt8] = []
  /// The plan that was followed last, with its key.
  private var last: (key: [UInt8], plan: RowPlan?) = ([], nil)
  private var contents: [PlainConversation.Text] = []
  /// Spans that end inside text that is not encoded yet.
  private var openSpans: [Int] = []
  private var borders: [Int] = []

  /// Conversations with more messages than this, or with other roles than so many lists of roles
  /// that came before, are made in the other way: plans are kept.
  private static let (mostMessages, mostPlans) = (64, 256)

  /// An encoder; `nil` if the options ask for rows that are not plain.
  init?(_ maker: SampleMaker) {
    let tokenizer = maker.encoder.tokenizer
    guard maker.options.trainOn != .responseTemplate, maker.options.border == .cutAtAnswer,
      let template = maker.chooser.only, template.placesContents,
      !TextContinuation(tokenizer).isNeeded
    else { return nil }
    self.maker = maker
    self.tokenizer = tokenizer
    chatTemplate = template
    self.template = Array(template.name.utf8)
  }

  /// Makes the row of a conversation; `false` if it is not plain.
  ///
  /// - Throws: `invalidOption` if the tokenizer lacks a control token.
  mutating func encode(_ conversation: PlainConversation) throws -> Bool {
    guard let plan = try plan(for: conversation), plan.isTrainedOn, take(conversation.messages)
    else { return false }
    row.text.removeAll(keepingCapacity: true)
    row.tokens.removeAll()
    row.spanEnds.removeAll(keepingCapacity: true)
    row.spans = plan.spans
    (row.straddles, row.trimmedContents) = (0, 0)
    follow(plan.steps)
    countSupervised()
    return row.supervisedCount > 0 && row.tokens.count <= maker.options.maxLength
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

  /// Takes the contents in; `false` if one is blank or needs to be looked at for control tokens.
  private mutating func take(_ messages: [PlainConversation.Message]) -> Bool {
    contents.removeAll(keepingCapacity: true)
    for message in messages {
      let bytes = UnsafeRawBufferPointer(message.content)
      guard !PythonWhitespace.isAll(of: bytes),
        !maker.scanner.mayFind(in: message.content) || !maker.scanner.isFound(in: bytes)
      else { return false }
      contents.append(message.content)
    }
    return true
  }

  // MARK: Steps

  private mutating func follow(_ steps: [RowPlan.Step]) {
    var encoded = 0
    var runStart = 0
    for step in steps {
      switch step {
      case .fixed(let text, let ids):
        row.text += text
        row.tokens.append(ids)
        encoded = row.text.count
      case .literal(let text): row.text += text
      case .content(let message, let trimming): append(contents[message], trimming)
      case .encode:
        encode(from: encoded)
        encoded = row.text.count
      case .endSpan:
        if encoded < row.text.count { openSpans.append(row.spanEnds.count) }
        row.spanEnds.append((Int32(row.text.count), Int32(row.tokens.count)))
      case .beginRun: runStart = row.text.count
      case .border: borders.append(row.text.count)
      case .endRun: countStraddles(from: runStart)
      }
    }
  }

  private mutating func append(
    _ content: PlainConversation.Text, _ trimming: SegmentWriter.Trimming
  ) {
    let bytes = UnsafeRawBufferPointer(content)
    let range = PythonWhitespace.range(of: bytes, trimming)
    if range.count < bytes.count { row.trimmedContents += 1 }
    row.text.append(contentsOf: UnsafeBufferPointer(rebasing: content[range]))
  }

  /// Encodes the text from `start` on, and finds where the spans in it end: behind the first token
  /// that reaches their border.
  private mutating func encode(from start: Int) {
    let first = row.tokens.count
    row.text.withUnsafeBufferPointer { text in
      tokenizer.encode(
        UnsafeBufferPointer(rebasing: text[start...]), specials: .asText, into: row.tokens)
    }
    for span in openSpans {
      let border = row.spanEnds[span].byte - Int32(start)
      row.spanEnds[span].token = Int32(token(reaching: border, from: first) + 1)
    }
    openSpans.removeAll(keepingCapacity: true)
  }

  private func token(reaching offset: Int32, from first: Int) -> Int {
    row.tokens.withEnds { ends in
      var (low, high) = (first, ends.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if ends[middle] >= offset { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  /// Counts the borders of a run that a token would lie across if it were encoded as one; see
  /// `SampleEncoder`.
  private mutating func countStraddles(from start: Int) {
    var straddles = 0
    row.text.withUnsafeBufferPointer { text in
      let reach = SampleEncoder.straddleWindow
      for border in borders where start < border && border < text.count {
        let window = max(start, border - reach)..<min(text.count, border + reach)
        let bytes = UnsafeBufferPointer(rebasing: text[window])
        let offset = border - window.lowerBound
        if tokenizer.cuts(bytes, at: offset) { continue }
        let ends = tokenizer.encode(bytes, specials: .asText).ends
        if !ends.contains(Int32(offset)) { straddles += 1 }
      }
    }
    row.straddles += straddles
    borders.removeAll(keepingCapacity: true)
  }

  private mutating func countSupervised() {
    var start: Int32 = 0
    var count: Int32 = 0
    for (span, end) in zip(row.spans, row.spanEnds) {
      if span.supervised { count += end.token - start }
      start = end.token
    }
    row.supervisedCount = Int(count)
  }
}
