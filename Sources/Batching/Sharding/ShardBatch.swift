internal import Artifacts
internal import Conversations
internal import Tokenization

/// A record batch of a data file with that of its rows file.
struct ShardBatch: Sendable {
  private typealias Data = ShardSchema.DataBuffer
  private typealias Row = ShardSchema.RowBuffer

  private let data: ArrowBatch
  private let rows: ArrowBatch
  // The batches point into these files.
  private let dataFile: any FileBytes
  private let rowsFile: any FileBytes

  init(data: ArrowBatch, rows: ArrowBatch, dataFile: any FileBytes, rowsFile: any FileBytes) {
    self.data = data
    self.rows = rows
    self.dataFile = dataFile
    self.rowsFile = rowsFile
  }

  /// Reads record batches that are about to be written.
  ///
  /// - Throws: `malformed` if they are not what a reader of the files would take.
  init(data: EncodedBatch, rows: EncodedBatch) throws {
    let dataBatch = try ArrowBatch(only: data, schema: ShardSchema.data)
    let rowsBatch = try ArrowBatch(only: rows, schema: ShardSchema.rows)
    guard dataBatch.rowCount == rowsBatch.rowCount, Self.hasEqualColumns(dataBatch) else {
      throw ArrowMessages(data).malformed("a row's columns are not equally long")
    }
    self.init(data: dataBatch, rows: rowsBatch, dataFile: data, rowsFile: rows)
  }

  /// How many rows.
  var rowCount: Int { data.rowCount }

  /// Whether the three columns of each row are equally long.
  static func hasEqualColumns(_ data: ArrowBatch) -> Bool {
    (0..<data.rowCount).allSatisfy { row in
      let count = data.range(Data.inputIDs, row).count
      return data.range(Data.labels, row).count == count
        && data.range(Data.attentionMask, row).count == count
    }
  }

  /// The tokens of a row.
  func inputIDs(_ row: Int) -> UnsafeBufferPointer<TokenID> {
    UnsafeBufferPointer(
      rebasing: data.int32(Data.inputIDValues)[data.range(Data.inputIDs, row)])
  }

  /// The labels of a row.
  func labels(_ row: Int) -> UnsafeBufferPointer<TokenID> {
    UnsafeBufferPointer(rebasing: data.int32(Data.labelValues)[data.range(Data.labels, row)])
  }

  /// The attention mask of a row.
  func attentionMask(_ row: Int) -> UnsafeBufferPointer<Int8> {
    UnsafeBufferPointer(
      rebasing: data.int8(Data.attentionMaskValues)[data.range(Data.attentionMask, row)])
  }

  /// How many rows, tokens and supervised tokens there are of each language and source.
  var tallies: RowTallies {
    var tallies = RowTallies()
    for rows in alikeRows {
      var tally = RowTallies.Tally()
      for row in rows {
        tally.addRow(tokens: labels(row).count, supervised: supervisedCount(row))
      }
      tallies.add(tally, language: language(rows.lowerBound), source: source(rows.lowerBound))
    }
    return tallies
  }

  /// Rows that follow one another and have one language and source, as most have.
  var alikeRows: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < rowCount {
      let isAlike = { row in [Row.language, Row.source].allSatisfy { hasEqual($0, start, row) } }
      let end = (start + 1..<rowCount).first { !isAlike($0) } ?? rowCount
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  private func hasEqual(_ column: Int, _ one: Int, _ other: Int) -> Bool {
    rows.bytes(column, one).equals(rows.bytes(column, other))
  }

  /// How many tokens of a row are trained on.
  func supervisedCount(_ row: Int) -> Int {
    let labels = labels(row)
    return labels.count - labels.count(of: ignoreIndex)
  }

  /// The conversation's ID.
  func id(_ row: Int) -> String { rows.string(Row.id, row) }
  /// The template's name.
  func template(_ row: Int) -> String { rows.string(Row.template, row) }
  /// The template's name as it lies in the file.
  func templateBytes(_ row: Int) -> UnsafeRawBufferPointer { rows.bytes(Row.template, row) }
  /// The language; empty where it is not known.
  func language(_ row: Int) -> String { rows.string(Row.language, row) }
  /// The source; empty where it is not known.
  func source(_ row: Int) -> String { rows.string(Row.source, row) }
  /// The tags.
  func tags(_ row: Int) -> [String] {
    rows.range(Row.tags, row).map { rows.string(Row.tagValues, $0) }
  }
  /// The rendered text.
  func text(_ row: Int) -> UnsafeRawBufferPointer { rows.bytes(Row.text, row) }

  /// The columns that training needs. A span that reaches outside of the row gives no weight.
  func tokenRow(_ row: Int) -> TokenRow {
    let labels = Array(labels(row))
    var weights = labels.map { $0 == ignoreIndex ? Float(0) : 1 }
    let starts = rows.int32(Row.tokenStart)
    let ends = rows.int32(Row.tokenEnd)
    let spanWeights = rows.float32(Row.weight)
    for span in rows.range(Row.spans, row) where spanWeights[span] != 1 {
      let range = max(0, Int(starts[span]))..<max(0, Int(starts[span]), Int(ends[span]))
      for token in range.clamped(to: labels.indices) where labels[token] != ignoreIndex {
        weights[token] = spanWeights[span]
      }
    }
    return TokenRow(inputIDs: Array(inputIDs(row)), labels: labels, weights: weights)
  }

  /// The row with text and spans.
  ///
  /// - Throws: `malformed` if a span's role or kind is unknown, or its ranges cannot be.
  func record(_ row: Int) throws -> ShardRecord {
    func known(_ text: String) -> String? { text.isEmpty ? nil : text }
    let sample = LabeledSample(
      conversationID: id(row), template: template(row), text: rows.string(Row.text, row),
      inputIDs: Array(inputIDs(row)), labels: Array(labels(row)), spans: try spans(row))
    return ShardRecord(
      sample: sample, language: known(language(row)), source: known(source(row)), tags: tags(row))
  }

  /// The spans of all rows where they lie; nothing of them is checked.
  var spanTable: SpanTable { SpanTable(rows) }

  /// The spans of a row, each with ranges inside the row.
  ///
  /// - Throws: `malformed`.
  func spans(_ row: Int) throws -> [SampleSpan] {
    let tokenCount = inputIDs(row).count
    let byteCount = text(row).count
    return try rows.range(Row.spans, row).map { index in
      let role = rows.string(Row.role, index)
      let message = rows.int32(Row.message)[index]
      let bytes = Self.range(rows.int32(Row.byteStart)[index], rows.int32(Row.byteEnd)[index])
      let tokens = Self.range(rows.int32(Row.tokenStart)[index], rows.int32(Row.tokenEnd)[index])
      guard let kind = SegmentKind(rawValue: rows.string(Row.kind, index)),
        role.isEmpty || Role(rawValue: role) != nil, let bytes, let tokens,
        bytes.upperBound <= byteCount, tokens.upperBound <= tokenCount
      else {
        throw AksharaError(
          .malformed, "row `\(id(row))` has a span that cannot be",
          at: SourceLocation(file: rowsFile.path), remedy: "make the shard set again")
      }
      return SampleSpan(
        kind: kind, role: Role(rawValue: role), message: message < 0 ? nil : Int(message),
        bytes: bytes, tokens: tokens, supervised: rows.bool(Row.supervised, index),
        weight: rows.float32(Row.weight)[index])
    }
  }

  private static func range(_ start: Int32, _ end: Int32) -> Range<Int>? {
    start >= 0 && start <= end ? Int(start)..<Int(end) : nil
  }
}
