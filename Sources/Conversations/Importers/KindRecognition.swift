internal import Artifacts

/// Tells what format a file has: by its suffix, and for data sets by the columns of the first rows.
enum KindRecognition {
  /// The rows that are looked at.
  private static let sampleSize = 10
  /// The columns that are named in messages.
  private static let mostShown = 8

  /// Whether the name says that the file holds JSON.
  static func isJSON(_ path: String) -> Bool { jsonSuffixes.contains(suffix(of: path)) }

  private static let jsonSuffixes = [".json", ".jsonl", ".ndjson"]

  /// The last suffix of a name, in small letters, without `.gz` and `.zst`; `""` without any.
  private static func suffix(of path: String) -> String {
    let name = Path.name(of: Compression.nameWithoutSuffix(path))
    return String(name.dropFirst(Path.stem(of: name).count)).lowercased()
  }

  /// The format of a file. Only what is called `.txt`, or has no suffix, is taken for a plain text:
  /// every file has lines, so that the content would say nothing.
  ///
  /// - Throws: `unsupported` for other suffixes, and for rows that fit no format, listing the
  ///   columns that were found and the nearest format; `malformed` for a binary file, and if no row
  ///   is JSON.
  static func kind(of file: SourcePaths.Found) throws -> ImportKind {
    switch suffix(of: file.name) {
    case ".fountain", ".spmd": return .fountain
    case ".fdx": return .fdx
    case ".srt": return .srt
    case ".vtt": return .webvtt
    case ".md", ".markdown": return try TextRecognition(file.path).kindOfMarkdown
    case ".txt", "":
      try TextHead.check(file.path, refusingBinary: true)
      return try TextRecognition(file.path).kindOfText
    case let suffix where jsonSuffixes.contains(suffix): return try kind(ofRowsOf: file)
    case let suffix: throw unknown(suffix, of: file.name)
    }
  }

  private static func unknown(_ suffix: String, of file: String) -> AksharaError {
    let location = SourceLocation(file: file)
    if [".csv", ".tsv"].contains(suffix) {
      return AksharaError(
        .unsupported, "\(suffix.dropFirst().uppercased()) is not read as `auto`", at: location,
        remedy: "convert it to JSON Lines, or name the kind")
    }
    return AksharaError(
      .unsupported, "`auto` knows no format for `\(suffix)` files", at: location,
      remedy:
        "name the kind (\(kinds)), or rename the file (.jsonl, .json, .fountain, .fdx, .srt, .vtt, .md, .txt)"
    )
  }

  /// What can be named instead of `auto`.
  private static let kinds = ImportKind.allCases.filter { $0 != .auto }.map(\.rawValue)
    .joined(separator: ", ")

  private static func kind(ofRowsOf file: SourcePaths.Found) throws -> ImportKind {
    let reader = try JSONRowReader(file.path)
    var rows: [JSONValue] = []
    var fault: AksharaError?
    for _ in 0..<sampleSize {
      guard let row = try reader.next() else { break }
      do {
        rows.append(try reader.value(of: row))
      } catch let error as AksharaError {
        fault = fault ?? error
      }
      if let kind = rows.last.flatMap(kind(ofRow:)) { return kind }
    }
    if let kind = rows.lazy.compactMap(likelyKind(ofRow:)).first { return kind }
    if !rows.isEmpty { throw unknown(columns(of: rows), in: file.name) }
    guard var fault else { return .messages }  // an empty file: nothing to read in any format
    fault.location?.file = file.name
    fault.remedy = "mend the file, or name the kind: \(kinds)"
    throw fault
  }

  /// The columns of some rows, in the order in which they come.
  private static func columns(of rows: [JSONValue]) -> [String] {
    var seen: Set<String> = []
    return rows.flatMap { $0.object?.keys ?? [] }.filter { seen.insert($0).inserted }
  }

  /// The first format whose shape one row has.
  private static func kind(ofRow row: JSONValue) -> ImportKind? {
    if case .string = row { return .text }
    if SceneJSONFormat.fits(row) { return .sceneJSON }
    if isList(row) { return .messages }
    if MessagesFormat.listColumns.contains(where: { row[$0].map(isList) ?? false }) {
      return isOurs(row) ? .conversations : .messages
    }
    return known.first { kind, needed in
      needed.allSatisfy { column in row[column].map { canBe($0, in: kind) } ?? false }
    }?.kind
  }

  private static func canBe(_ value: JSONValue, in kind: ImportKind) -> Bool {
    value.string != nil || (kind == .messages && (isList(value) || value.object != nil))
  }

  /// The format of which a row may be an empty or broken one.
  private static func likelyKind(ofRow row: JSONValue) -> ImportKind? {
    if row.array?.isEmpty ?? false { return .messages }
    let hasList = MessagesFormat.listColumns.contains { column in
      row[column].map { $0 == .null || $0.array != nil } ?? false
    }
    return hasList ? (isOurs(row) ? .conversations : .messages) : nil
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
    (.messages, ["chosen", "rejected"]), (.messages, ["messages"]), (.text, ["text"]),
  ]

  private static func unknown(_ columns: [String], in file: String) -> AksharaError {
    guard !columns.isEmpty else {
      return AksharaError(
        .unsupported, "the rows are no JSON objects", at: SourceLocation(file: file, line: 1),
        remedy: "name the kind: \(kinds)")
    }
    let nearest = known.min { distance($0.columns, columns) < distance($1.columns, columns) }
    let hint = nearest.map { kind, needed in
      "; the nearest is \(kind.rawValue), which needs \(list(needed))"
    }
    return AksharaError(
      .unsupported, "no format fits the columns \(list(columns))\(hint ?? "")",
      at: SourceLocation(file: file), remedy: "rename the columns, or name the kind and map them")
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
    let shown = names.prefix(mostShown).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > mostShown ? "\(shown), … and \(names.count - mostShown) more" : shown
  }
}
