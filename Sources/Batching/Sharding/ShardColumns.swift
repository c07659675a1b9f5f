internal import Conversations
internal import Tokenization

/// Rows that are collected until they are written as one record batch to each of the two files.
struct ShardColumns: Sendable {
  private(set) var rowCount = 0
  private var tokenOffsets: [Int32] = [0]
  private var inputIDs: [TokenID] = []
  private var labels: [TokenID] = []

  private var ids = TextColumn()
  private var templates = TextColumn()
  private var texts = TextColumn()
  private var languages = TextColumn()
  private var sources = TextColumn()
  private var tagOffsets: [Int32] = [0]
  private var tags = TextColumn()
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
    tokenOffsets.append(offsets: other.tokenOffsets[...], from: inputIDs.count)
    tagOffsets.append(offsets: other.tagOffsets[...], from: tags.count)
    spanOffsets.append(offsets: other.spanOffsets[...], from: spans.count)
    rowCount += other.rowCount
    inputIDs += other.inputIDs
    labels += other.labels
    ids.append(other.ids, 0..<other.ids.count)
    templates.append(other.templates, 0..<other.templates.count)
    texts.append(other.texts, 0..<other.texts.count)
    languages.append(other.languages, 0..<other.languages.count)
    sources.append(other.sources, 0..<other.sources.count)
    tags.append(other.tags, 0..<other.tags.count)
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

  /// How many of some rows of an encoder can be taken in before the batch is full; one at least.
  func fitting(_ rows: PlainRows, _ range: Range<Int>, limit: Int) -> Range<Int> {
    var end = range.lowerBound + 1
    while end < range.upperBound {
      let taken = range.lowerBound..<end
      guard rowCount + taken.count < limit,
        inputIDs.count + rows.tokenRange(taken).count < Self.mostTokens,
        texts.bytes.count + rows.texts.byteRange(taken).count < Self.mostTextBytes
      else { break }
      end += 1
    }
    return range.lowerBound..<end
  }

  /// Takes in rows that lie in an encoder's memory.
  mutating func append(_ rows: PlainRows, _ range: Range<Int>, template: [UInt8]) {
    rowCount += range.count
    appendTokens(rows, range)
    ids.append(rows.ids, range)
    texts.append(rows.texts, range)
    languages.append(rows.languages, range)
    sources.append(rows.sources, range)
    template.withUnsafeBufferPointer { for _ in range { templates.append($0) } }
    let (firstTag, firstSpan) = (tags.count, spans.count)
    let (tagRange, spanRange) = (rows.tagRange(range), rows.spanRange(range))
    tags.append(rows.tags, tagRange)
    spans.append(rows, range)
    for row in rows.rows[range] {
      tagOffsets.append(Int32(firstTag + row.tagEnd - tagRange.lowerBound))
      spanOffsets.append(Int32(firstSpan + row.spanEnd - spanRange.lowerBound))
    }
  }

  private mutating func appendTokens(_ rows: PlainRows, _ range: Range<Int>) {
    let first = inputIDs.count
    let tokens = rows.tokenRange(range)
    rows.tokens.withIDs { ids in
      let new = UnsafeBufferPointer(rebasing: ids[tokens])
      inputIDs.append(contentsOf: new)
      labels.append(contentsOf: new)
    }
    for row in rows.rows[range] {
      tokenOffsets.append(Int32(first + row.tokenEnd - tokens.lowerBound))
    }
    labels.withUnsafeMutableBufferPointer { labels in
      var span = rows.spanRange(range).lowerBound
      var rowStart = first
      for row in rows.rows[range] {
        var start = rowStart
        for kind in row.plan.spans {
          let end = rowStart + Int(rows.tokenEnds[span])
          if !kind.supervised { labels[start..<end].update(repeating: ignoreIndex) }
          (start, span) = (end, span + 1)
        }
        rowStart = start
      }
    }
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
