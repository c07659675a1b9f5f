internal import Tokenization

/// Rows that are collected until they are written as one record batch to each of the two files.
struct ShardColumns {
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
private struct StringColumn {
  private var offsets: [Int32] = [0]
  private(set) var bytes: [UInt8] = []

  var count: Int { offsets.count - 1 }
  var column: ArrowColumn { .utf8(offsets: offsets, bytes: bytes) }

  mutating func append(_ text: String) {
    bytes += text.utf8
    offsets.append(Int32(bytes.count))
  }
}

/// Spans that are being collected.
private struct SpanColumns {
  private var messages: [Int32] = []
  private var roles = StringColumn()
  private var kinds = StringColumn()
  private var byteStarts: [Int32] = []
  private var byteEnds: [Int32] = []
  private var tokenStarts: [Int32] = []
  private var tokenEnds: [Int32] = []
  private var supervised: [Bool] = []
  private var weights: [Float] = []

  var count: Int { messages.count }

  mutating func append(_ span: SampleSpan) {
    messages.append(Int32(span.message ?? -1))
    roles.append(span.role?.rawValue ?? "")
    kinds.append(span.kind.rawValue)
    byteStarts.append(Int32(span.bytes.lowerBound))
    byteEnds.append(Int32(span.bytes.upperBound))
    tokenStarts.append(Int32(span.tokens.lowerBound))
    tokenEnds.append(Int32(span.tokens.upperBound))
    supervised.append(span.supervised)
    weights.append(span.weight)
  }

  var column: ArrowColumn {
    .structure(
      count: count,
      [
        .int32(messages), roles.column, kinds.column, .int32(byteStarts), .int32(byteEnds),
        .int32(tokenStarts), .int32(tokenEnds), .bool(supervised), .float32(weights),
      ])
  }
}
