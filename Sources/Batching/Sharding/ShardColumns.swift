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
  mutating func append(_ row: PlainRow, template: [UInt8]) {
    rowCount += 1
    let first = inputIDs.count
    inputIDs.append(contentsOf: row.ids)
    labels.append(contentsOf: row.ids)
    tokenOffsets.append(Int32(inputIDs.count))
    labels.withUnsafeMutableBufferPointer { labels in
      var start = first
      for (span, end) in zip(row.plan.spans, row.tokenEnds) {
        let next = first + Int(end)
        if !span.supervised { labels[start..<next].update(repeating: ignoreIndex) }
        start = next
      }
    }
    ids.append(row.id)
    template.withUnsafeBufferPointer { templates.append($0) }
    texts.append(row.text)
    languages.append(row.language)
    sources.append(row.source)
    for tag in row.tags { tags.append(tag) }
    tagOffsets.append(Int32(tags.count))
    spans.append(row.plan.spanFields, byteEnds: row.byteEnds, tokenEnds: row.tokenEnds)
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

extension [Int32] {
  /// Appends the ends of other lists, which begin where `count` elements stand already.
  fileprivate mutating func append(offsets: [Int32], from count: Int) {
    for offset in offsets.dropFirst() { append(offset + Int32(count)) }
  }
}
