public import Artifacts

/// What became of the records that an import read: `read = imported + quarantined`.
public struct ImportReport: Sendable, Equatable {
  /// The format; `auto` if the files had several.
  public var kind: ImportKind
  /// Records read: rows, lines, scenes or snippets.
  public var read = 0
  /// Records that became conversations.
  public var imported = 0
  /// Records that were set aside.
  public var quarantined = 0
  /// Conversations written.
  public var conversations = 0
  /// Records set aside, by reason.
  public var reasons: [RowFault.Reason: Int] = [:]
  /// Messages whose text looks like a control token of some chat template; they stay text.
  public var controlTokenTexts = 0
  /// How many imported rows had a value in each column that the format does not use.
  public var ignoredColumns = ColumnCounts()
  /// Parts of scenes that no conversation holds (parentheticals, transitions, page numbers), and tasks
  /// that could not be made (`summarize:no_synopsis`), by what they are.
  public var leftOut = ColumnCounts()
  /// Files without a single record.
  public var emptyFiles: [String] = []
  /// Files in folders that are no data: licences, descriptions, and what no format fits.
  public var skippedFiles: [String] = []
  /// How texts were decoded that are not UTF-8.
  public var decodings: [SourceDecoding] = []
  /// The first record that was set aside, as a message with its place.
  public var firstFault: AksharaError?

  /// A report of nothing.
  public init(kind: ImportKind) { self.kind = kind }

  /// The report as JSON; reasons in the order of their names.
  public var json: JSONValue {
    let reasons = reasons.sorted { $0.key.rawValue < $1.key.rawValue }
    var object: JSONObject = [
      "kind": .string(kind.rawValue), "read": JSONValue(read), "imported": JSONValue(imported),
      "quarantined": JSONValue(quarantined), "conversations": JSONValue(conversations),
      "reasons": .object(JSONObject(reasons.map { ($0.key.rawValue, JSONValue($0.value)) })),
      "control_token_texts": JSONValue(controlTokenTexts), "ignored_columns": ignoredColumns.json,
      "left_out": leftOut.json,
      "empty_files": .array(emptyFiles.map(JSONValue.string)),
    ]
    if !decodings.isEmpty { object["encodings"] = .array(decodings.map(\.json)) }
    return .object(object)
  }

  /// The report as one line: `dolly: read 12, imported 11, quarantined 1 (missing_field 1)`;
  /// further lines name columns and parts that were left out.
  public var summary: String {
    let sorted = reasons.sorted { $0.key.rawValue < $1.key.rawValue }
    let list = sorted.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    let counts = "read \(read), imported \(imported), quarantined \(quarantined)"
    var lines = ["\(kind.rawValue): \(counts)" + (list.isEmpty ? "" : " (\(list))")]
    if !ignoredColumns.isEmpty {
      lines.append("ignored columns (with their rows): \(ignoredColumns.summary)")
    }
    lines += decodings.map(\.summary)
    if !leftOut.isEmpty { lines.append("left out: \(leftOut.summary)") }
    return lines.joined(separator: "\n")
  }

  /// Whether every record is accounted for.
  public var addsUp: Bool {
    read == imported + quarantined && reasons.values.reduce(0, +) == quarantined
  }
}
