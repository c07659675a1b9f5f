internal import Artifacts
internal import Batching
internal import Conversations

/// The rows of a shard shards.
struct ShardRows: RowSource {
  private let shards: ShardSet
  private let inspector: RowInspector?
  private let other: RowComparer?
  /// The splits with the number of their first row.
  private let starts: [(split: Split, first: Int)]

  let count: Int

  /// - Parameters:
  ///   - tokenizer: a file; `nil` takes the set's own copy.
  ///   - other: what rows are compared with, if anything.
  /// - Throws: as `ShardSet` and `BPETokenizer`; `checkFailed` if the tokenizer is not the set's;
  ///   `invalidOption` if there is nothing to compare with.
  init(_ path: String, tokenizer file: String?, comparedWith other: ComparisonOptions?) throws {
    let shards = try ShardSet(path)
    let tokenizer = try RowInspector.tokenizer(of: path, named: file)
    inspector = try tokenizer.map {
      try RowInspector(shards.manifest, tokenizer: $0, at: path)
    }
    self.other = try other.map {
      try RowComparer($0, tokenizer: tokenizer, options: shards.manifest.options)
    }
    var starts: [(Split, Int)] = []
    var count = 0
    for split in shards.splits {
      starts.append((split, count))
      count += shards.rowCount(split)
    }
    (self.shards, self.starts, self.count) = (shards, starts, count)
  }

  var digest: String? { shards.digest.description }

  var description: JSONValue {
    let manifest = shards.manifest
    let totals = manifest.totals
    return [
      "kind": "shards", "name": .string(Path.name(of: shards.path)), "count": JSONValue(count),
      "splits": .array(
        shards.splits.map { split in
          ["name": .string(split.rawValue), "count": JSONValue(shards.rowCount(split))]
        }),
      "languages": Self.names(totals.languages), "sources": Self.names(totals.sources),
      "templates": .array(manifest.templates.map { .string($0.name) }),
      "faults": faults, "tokenized": .bool(true), "tokenizer": .bool(inspector != nil),
      "digest": .string(shards.digest.description),
      "tokenizer_digest": .string(manifest.tokenizerDigest),
      "train_on": .string(manifest.options.trainOn.rawValue),
      "comparison": other.map { .string($0.name) } ?? .null, "ledger": LedgerPage.json(manifest),
    ]
  }

  /// Each fault with how many rows have it; `null` counts where the set is not proven.
  private var faults: JSONValue {
    guard inspector != nil else { return .array([]) }
    return .array(
      SupervisionProof.Fault.allCases.map { fault in
        [
          "name": .string(fault.rawValue),
          "count": (shards.manifest.proof?.faults[fault]).map { JSONValue($0) } ?? .null,
        ]
      })
  }

  /// So many languages or sources are offered to choose from: the most frequent.
  private static let mostNames = 300

  private static func names(_ counts: [String: Int]) -> JSONValue {
    .array(
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(mostNames)
        .map { ["name": .string($0.key), "count": JSONValue($0.value)] })
  }

  private func place(_ row: Int) -> (split: Split, number: Int) {
    let index = starts.lastIndex { $0.first <= row } ?? 0
    return (starts[index].split, row - starts[index].first)
  }

  private func shardRow(_ row: Int) -> ShardRow {
    let (split, number) = place(row)
    return shards.shardRow(split, number)
  }

  func id(_ row: Int) -> String { shardRow(row).id }

  func tags(_ row: Int) -> [String] { shardRow(row).tags }

  func listing(_ row: Int) -> RowListing {
    let (split, number) = place(row)
    let shown = shards.shardRow(split, number)
    let spans = (try? shown.spans()) ?? []
    let first =
      spans.first { $0.kind == .content && $0.role == .user } ?? spans.first { $0.kind == .content }
    let reply = spans.first { $0.kind == .content && $0.role == .assistant }
    let text = first.map { UnsafeRawBufferPointer(rebasing: shown.text[$0.bytes]) } ?? shown.text
    return RowListing(
      row: row, split: split.rawValue, number: number, id: shown.id, language: shown.language,
      tokens: shown.tokenCount, supervised: shown.supervisedCount,
      snippet: RowListing.snippet(text),
      answer: reply.map { RowListing.snippet(shown.text[$0.bytes]) } ?? "")
  }

  func detail(_ row: Int) throws -> JSONValue {
    let (split, number) = place(row)
    let shown = shards.shardRow(split, number)
    let record = try shown.record()
    var object: JSONObject = [
      "row": JSONValue(row), "split": .string(split.rawValue), "number": JSONValue(number),
      "id": .string(shown.id), "language": .string(shown.language),
      "source": .string(shown.source), "tags": .array(record.tags.map { .string($0) }),
    ]
    guard let inspector else {
      object["plain"] = .string(record.sample.text)
      return .object(object)
    }
    let picture = RowPicture(
      record.sample, padding: shown.padding, tokenizer: inspector.tokenizer)
    object["tokens"] = .object(TokenPage.json(record.sample, picture))
    object["faults"] = .array(
      inspector.faults(of: shown).map {
        ["name": .string($0.fault.rawValue), "detail": .string($0.detail)]
      })
    return .object(object)
  }

  func comparison(_ row: Int) throws -> JSONValue {
    guard let other, let inspector else { throw RowComparer.nothingToCompare }
    let shown = shardRow(row)
    let record = try shown.record()
    let picture = RowPicture(
      record.sample, padding: shown.padding, tokenizer: inspector.tokenizer)
    let left = RowPreview.Result(sample: record.sample, remarks: [])
    let right = other.row(of: record, picture)
    return RowComparer.json(
      (left, inspector.tokenizer, "as sharded"), (right, other.tokenizer, other.name))
  }

  func matcher(for filter: RowFilter) -> (Int) -> Bool { { passes($0, filter) } }

  private func passes(_ row: Int, _ filter: RowFilter) -> Bool {
    let (split, number) = place(row)
    if let wanted = filter.split, wanted != split.rawValue { return false }
    let shown = shards.shardRow(split, number)
    if let wanted = filter.language, shown.language != wanted { return false }
    if let wanted = filter.source, shown.source != wanted { return false }
    if let wanted = filter.template, shown.template != wanted { return false }
    if let wanted = filter.tag, !shown.tags.contains(wanted) { return false }
    guard filter.allows(tokens: shown.tokenCount, supervised: { shown.supervisedCount }) else {
      return false
    }
    if let search = filter.search, !search.isFound(in: shown.text),
      !Array(shown.id.utf8).withUnsafeBytes({ search.isFound(in: $0) })
    {
      return false
    }
    if filter.hasControlText, inspector?.hasControlText(shown) != true { return false }
    guard let fault = filter.fault else { return true }
    let faults = inspector?.faults(of: shown) ?? []
    return faults.contains { fault == "any" || $0.fault.rawValue == fault }
  }
}
