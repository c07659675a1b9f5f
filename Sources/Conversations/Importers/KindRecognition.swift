internal import Artifacts

/// Tells what format a file has: by its suffix, and for data sets by the columns of its first rows.
enum KindRecognition {
  /// The rows that are looked at.
  private static let sampleSize = 10

  /// Whether the name says that the file holds JSON.
  static func isJSON(_ path: String) -> Bool {
    let name = Compression.nameWithoutSuffix(path)
    return [".json", ".jsonl", ".ndjson"].contains { name.hasSuffix($0) }
  }

  /// The format of a file.
  ///
  /// - Throws: `unsupported`, listing the columns that were found and the nearest format.
  static func kind(of file: SourcePaths.Found) throws -> ImportKind {
    let name = Compression.nameWithoutSuffix(file.name).lowercased()
    if name.hasSuffix(".fountain") || name.hasSuffix(".spmd") { return .fountain }
    if name.hasSuffix(".md") || name.hasSuffix(".markdown") { return .snippets }
    if isJSON(file.path) { return try kind(ofRowsOf: file) }
    return try isScreenplay(file.path) ? .fountain : .text
  }

  /// Whether a plain text has a scene heading among its first lines.
  private static func isScreenplay(_ path: String) throws -> Bool {
    let reader = try LineReader(path)
    var afterBlank = true
    for _ in 0..<200 {
      guard let line = try reader.next() else { return false }
      let text = String(decoding: line.bytes.prefix(200), as: UTF8.self)
      if afterBlank && FountainLine.isSceneHeading(text) { return true }
      afterBlank = text.isBlank
    }
    return false
  }

  private static func kind(ofRowsOf file: SourcePaths.Found) throws -> ImportKind {
    let reader = try JSONRowReader(file.path)
    var columns: [String] = []
    var rows = 0
    while rows < sampleSize, let row = try reader.next() {
      rows += 1
      guard let value = try? reader.value(of: row) else { continue }
      if let kind = kind(ofRow: value) { return kind }
      for key in value.object?.keys ?? [] where !columns.contains(key) { columns.append(key) }
    }
    guard rows > 0 else { return .messages }  // an empty file: nothing to read in any format
    throw unknown(columns, in: file.name)
  }

  /// The first format whose shape one row has.
  private static func kind(ofRow row: JSONValue) -> ImportKind? {
    if case .string = row { return .text }
    if isList(row) { return .messages }
    if MessagesFormat.listColumns.contains(where: { row[$0].map(isList) ?? false }) {
      return isOurs(row) ? .conversations : .messages
    }
    return known.first { _, needed in needed.allSatisfy { row[$0]?.string != nil } }?.kind
  }

  private static func isList(_ value: JSONValue) -> Bool {
    value.array.map { !$0.isEmpty && $0.allSatisfy { $0.object != nil } } ?? false
  }

  /// Whether a row is one of our own records, sound or not: it reads as one, or has a key that only
  /// they have.
  private static func isOurs(_ row: JSONValue) -> Bool {
    guard row["id"]?.string != nil, row["messages"] != nil else { return false }
    return row["provenance"] != nil || row["group"] != nil || row["split"] != nil
      || (try? Conversation(record: row)) != nil
  }

  /// Formats by the columns that they need.
  private static let known: [(kind: ImportKind, columns: [String])] = [
    (.dolly, ["instruction", "response"]), (.alpaca, ["instruction", "output"]),
    (.messages, ["messages"]), (.text, ["text"]),
  ]

  private static func unknown(_ columns: [String], in file: String) -> AksharaError {
    guard !columns.isEmpty else {
      return AksharaError(
        .unsupported, "the rows are no JSON objects", at: SourceLocation(file: file, line: 1),
        remedy: "name the kind: \(ImportKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let nearest = known.min { distance($0.columns, columns) < distance($1.columns, columns) }
    let hint = nearest.map { kind, needed in
      "; the nearest is \(kind.rawValue), which needs \(list(needed))"
    }
    return AksharaError(
      .unsupported, "no format fits the columns \(list(columns))\(hint ?? "")",
      at: SourceLocation(file: file), remedy: "rename the columns, or name the kind")
  }

  /// How far the columns that a format needs are from those that are there, in edits a letter.
  private static func distance(_ needed: [String], _ columns: [String]) -> Double {
    let each = needed.map { name in
      let edits = columns.map { name.editDistance(to: $0) }.min() ?? name.count
      return Double(edits) / Double(max(1, name.count))
    }
    return each.reduce(0, +) / Double(max(1, each.count))
  }

  private static func list(_ names: [String]) -> String {
    names.map { "`\($0)`" }.joined(separator: ", ")
  }
}
