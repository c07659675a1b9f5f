internal import Conversations
internal import Tokenization

/// Rows that are collected until they are written as one record batch to each of the two files.
struct ShardColumns: Sendable {
  private(set) var rowCount = 0
  private var tokenOffsets: [Int32] = [0]
  private var inputIDs: [TokenID] = []
  private var labels: [TokenID] = []

  private var ids = StringColumn()
  private var templates = StringColumn()
  private var texts = StringColumn()
  private var languages = StringColumn()
  private var sources = StringColumn()
  private var tagOffsets: [Int32] = [0]
  private var tags = StringColumn()
  private var spanOffsets: [Int32] = [0]
  private var spans = SpanColumns()

  /// A record batch is written when it has so many tokens or bytes of text; so memory is bounded.
  private static let mostTokens = 1 << 20
  private static let mostTextBytes = 1 << 24

  /// Whether the batch should be written before another row comes.
  func isFull(rows: Int) -> Bool {
    rowCount >= rows || inputIDs.count >= Self.mostTokens || texts.bytes.count >= Self.mostTextBytes
  }

  /// Whether it is large enough to be written without waiting for more rows.
  func isWorthWriting(rows: Int) -> Bool {
    2 * rowCount >= rows || 8 * inputIDs.count >= Self.mostTokens
      || 64 * texts.bytes.count >= Self.mostTextBytes
  }

  /// Takes the rows of `other` in behind its own.
  mutating func append(_ other: ShardColumns) {
    tokenOffsets.append(offsets: other.tokenOffsets, from: inputIDs.count)
    tagOffsets.append(offsets: other.tagOffsets, from: tags.count)
    spanOffsets.append(offsets: other.spanOffsets, from: spans.count)
    rowCount += other.rowCount
    inputIDs += other.inputIDs
    labels += other.labels
    ids.append(other.ids)
    templates.append(other.templates)
    texts.append(other.texts)
    languages.append(other.languages)
    sources.append(other.sources)
    tags.append(other.tags)
    spans.append(other.spans)
  }

  /// Takes a row in.
  mutating func append(_ record: ShardRecord) {
    let sample = record.sample
    rowCount += 1
    inputIDs += sample.inputIDs
    labels += sample.labels
    tokenOffsets.append(Int32(inputIDs.count))
    ids.append(sample.conversationID)
    templates.append(sample.template)
    texts.append(sample.text)
    languages.append(record.language ?? "")
    sources.append(record.source ?? "")
    for tag in record.tags { tags.append(tag) }
    tagOffsets.append(Int32(tags.count))
    for span in sample.spans { spans.append(span) }
    spanOffsets.append(Int32(spans.count))
  }

  /// Takes in a row that lies in an encoder's memory.
  mutating func append(
    _ row: PlainRow, of conversation: PlainConversation, template: [UInt8]
  ) {
    rowCount += 1
    let first = inputIDs.count
    row.tokens.withIDs { inputIDs.append(contentsOf: $0) }
    row.tokens.withIDs { labels.append(contentsOf: $0) }
    tokenOffsets.append(Int32(inputIDs.count))
    labels.withUnsafeMutableBufferPointer { labels in
      var start = first
      for (span, end) in zip(row.spans, row.spanEnds) {
        let next = first + Int(end.token)
        if !span.supervised { labels[start..<next].update(repeating: ignoreIndex) }
        start = next
      }
    }
    ids.append(conversation.id)
    template.withUnsafeBufferPointer { templates.append($0) }
    row.text.withUnsafeBufferPointer { texts.append($0) }
    languages.append(conversation.language)
    sources.append(conversation.source)
    for tag in conversation.tags { tags.append(tag) }
    tagOffsets.append(Int32(tags.count))
    spans.append(row.spans, row.spanEnds)
    spanOffsets.append(Int32(spans.count))
  }

  /// Makes room for the rows of so many bytes of lines.
  mutating func reserve(lines: Int) {
    inputIDs.reserveCapacity(lines)
    labels.reserveCapacity(lines)
    texts.reserve(lines)
  }

  /// The columns of the data file.
  var data: [ArrowColumn] {
    [
      .list(offsets: tokenOffsets, .int32(inputIDs)),
      .list(offsets: tokenOffsets, .int8([Int8](repeating: 1, count: inputIDs.count))),
      .list(offsets: tokenOffsets, .int32(labels)),
    ]
  }

  /// The columns of the rows file.
  var rows: [ArrowColumn] {
    [
      ids.column, templates.column, texts.column, languages.column, sources.column,
      .list(offsets: tagOffsets, tags.column), .list(offsets: spanOffsets, spans.column),
    ]
  }
}

/// Strings that are being collected.
private struct StringColumn: Sendable {
  private var offsets: [Int32] = [0]
  private(set) var bytes: [UInt8] = []

  var count: Int { offsets.count - 1 }
  var column: ArrowColumn { .utf8(offsets: offsets, bytes: bytes) }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    offsets.append(Int32(bytes.count))
  }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: text)
    offsets.append(Int32(bytes.count))
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func append(_ other: StringColumn) {
    offsets.append(offsets: other.offsets, from: bytes.count)
    bytes += other.bytes
  }
}

/// Strings of a small set that are being collected: each as its number.
private struct NameColumn: Sendable {
  private var numbers: [UInt8] = []

  var count: Int { numbers.count }

  mutating func append(_ number: Int) { numbers.append(UInt8(truncatingIfNeeded: number)) }

  mutating func append(_ other: NameColumn) { numbers += other.numbers }

  /// The strings, where number `i` means `names[i]`.
  func column(_ names: [[UInt8]]) -> ArrowColumn {
    var offsets: [Int32] = [0]
    var bytes: [UInt8] = []
    offsets.reserveCapacity(numbers.count + 1)
    bytes.reserveCapacity(numbers.count * 8)
    for number in numbers {
      bytes += names[Int(number)]
      offsets.append(Int32(bytes.count))
    }
    return .utf8(offsets: offsets, bytes: bytes)
  }
}

/// Spans that are being collected.
private struct SpanColumns: Sendable {
  private var messages: [Int32] = []
  private var roles = NameColumn()
  private var kinds = NameColumn()
  private var byteStarts: [Int32] = []
  private var byteEnds: [Int32] = []
  private var tokenStarts: [Int32] = []
  private var tokenEnds: [Int32] = []
  private var supervised: [Bool] = []
  private var weights: [Float] = []

  /// Names by number; number 0 of the roles is none.
  private static let roleNames = [[]] + Role.allCases.map { Array($0.rawValue.utf8) }
  private static let kindNames = SegmentKind.allCases.map { Array($0.rawValue.utf8) }

  var count: Int { messages.count }

  mutating func append(_ span: SampleSpan) {
    messages.append(Int32(span.message ?? -1))
    roles.append(span.role.map { $0.number + 1 } ?? 0)
    kinds.append(span.kind.number)
    byteStarts.append(Int32(span.bytes.lowerBound))
    byteEnds.append(Int32(span.bytes.upperBound))
    tokenStarts.append(Int32(span.tokens.lowerBound))
    tokenEnds.append(Int32(span.tokens.upperBound))
    supervised.append(span.supervised)
    weights.append(span.weight)
  }

  /// Appends the spans of a row, which follow one another.
  mutating func append(_ spans: [SampleSpan], _ ends: [(byte: Int32, token: Int32)]) {
    var (byte, token): (Int32, Int32) = (0, 0)
    for (span, end) in zip(spans, ends) {
      messages.append(Int32(span.message ?? -1))
      roles.append(span.role.map { $0.number + 1 } ?? 0)
      kinds.append(span.kind.number)
      byteStarts.append(byte)
      byteEnds.append(end.byte)
      tokenStarts.append(token)
      tokenEnds.append(end.token)
      supervised.append(span.supervised)
      weights.append(span.weight)
      (byte, token) = end
    }
  }

  mutating func append(_ other: SpanColumns) {
    messages += other.messages
    roles.append(other.roles)
    kinds.append(other.kinds)
    byteStarts += other.byteStarts
    byteEnds += other.byteEnds
    tokenStarts += other.tokenStarts
    tokenEnds += other.tokenEnds
    supervised += other.supervised
    weights += other.weights
  }

  var column: ArrowColumn {
    .structure(
      count: count,
      [
        .int32(messages), roles.column(Self.roleNames), kinds.column(Self.kindNames),
        .int32(byteStarts), .int32(byteEnds), .int32(tokenStarts), .int32(tokenEnds),
        .bool(supervised), .float32(weights),
      ])
  }
}

extension Role {
  /// Its place among all roles.
  var number: Int {
    switch self {
    case .system: 0
    case .user: 1
    case .assistant: 2
    case .tool: 3
    }
  }
}

extension SegmentKind {
  /// Its place among all kinds.
  fileprivate var number: Int {
    switch self {
    case .begin: 0
    case .header: 1
    case .content: 2
    case .thinking: 3
    case .toolCall: 4
    case .endOfTurn: 5
    case .separator: 6
    }
  }
}

extension [Int32] {
  /// Appends the ends of other lists, which begin where `count` elements stand already.
  fileprivate mutating func append(offsets: [Int32], from count: Int) {
    for offset in offsets.dropFirst() { append(offset + Int32(count)) }
  }
}
