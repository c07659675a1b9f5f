internal import Artifacts

/// Tells what format a file has: by its suffix, and for data sets by the columns of the first rows.
struct KindRecognition {
  /// The names that the user gave.
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  /// The rows that are looked at.
  private static let sampleSize = 10
  /// The columns that are named in messages.
  private static let mostShown = 8

  /// The names of a file's columns: the user's, then those of a `dataset_info.json` beside it.
  func columns(of path: String) -> ColumnNames {
    var columns = DatasetInfo.find(for: path)?.columns ?? ColumnNames(map: [:])
    columns.map.merge(options.columns) { _, users in users }
    return columns
  }

  /// Whether documents stand in rows with a column of text, not in lines.
  func hasTextRows(_ path: String) -> Bool {
    switch DataSetSuffix(of: path) {
    case .json, .arrow: true
    case .table:
      (options.tableColumns ?? (try? CSVTableReader(path).columns) ?? [])
        .contains(columns(of: path)["text"])
    case nil: false
    }
  }

  /// Whether a file is XML, and so in any encoding that it names itself.
  func isXML(_ file: SourcePaths.Found) -> Bool {
    options.kind == .auto
      ? DataSetSuffix.suffix(of: file.path) == ".fdx" : options.kind == .fdx
  }

  /// Refuses a file that is no text in UTF-8 by its first bytes.
  ///
  /// - Throws: as `TextHead.check`.
  func check(_ file: SourcePaths.Found) throws {
    try TextHead.check(file.path, refusingWide: !isXML(file))
  }

  /// The format of a source, where its nature does not say it.
  ///
  /// - Throws: as `kind(of:)` for files.
  func kind(of source: PreparedSource) throws -> ImportKind {
    try source.kind ?? kind(of: source.file)
  }

  /// The format of a file. Only what is called `.txt`, or has no suffix, is taken for a plain text:
  /// every file has lines, so that the content would say nothing.
  ///
  /// - Throws: `unsupported` for other suffixes, and for rows that fit no format, listing the
  ///   columns that were found and the nearest format; `malformed` for a binary file, and if no row
  ///   is JSON.
  func kind(of file: SourcePaths.Found) throws -> ImportKind {
    guard options.kind == .auto else { return options.kind }
    switch DataSetSuffix.suffix(of: file.path) {
    case ".fountain", ".spmd": return .fountain
    case ".fdx": return .fdx
    case ".srt": return .srt
    case ".vtt": return .webvtt
    case ".md", ".markdown": return try TextRecognition(file.path).kindOfMarkdown
    case ".txt", "":
      try TextHead.check(file.path, refusingBinary: true)
      return try TextRecognition(file.path).kindOfText
    case let suffix:
      guard DataSetSuffix(of: file.path) != nil else {
        throw Self.unknown(suffix, of: file.name)
      }
      return try kind(ofRowsOf: file)
    }
  }

  private static func unknown(_ suffix: String, of file: String) -> AksharaError {
    let location = SourceLocation(file: file)
    return AksharaError(
      .unsupported, "`auto` knows no format for `\(suffix)` files", at: location,
      remedy:
        "name the kind (\(kinds)), or rename the file (.jsonl, .json, .csv, .parquet, .fountain, .fdx, "
        + ".srt, .vtt, .md, .txt, .docx, "
        + ".odt, .xlsx, .ods, .pdf)")
  }

  /// What can be named instead of `auto`.
  private static let kinds = ImportKind.allCases.filter { $0 != .auto }.map(\.rawValue)
    .joined(separator: ", ")

  private func kind(ofRowsOf file: SourcePaths.Found) throws -> ImportKind {
    if let info = DatasetInfo.find(for: file.path), options.columns.isEmpty { return info.kind }
    if DataSetSuffix(of: file.path) == .table {
      let names = try options.tableColumns ?? CSVTableReader(file.path).columns
      if DialogueTableFormat.fits(names) { return .dialogueTable }
    }
    let reader = try RowReader(file.path, columns: options.tableColumns)
    let columns = columns(of: file.path)
    var rows: [JSONValue] = []
    var fault: AksharaError?
    for _ in 0..<Self.sampleSize {
      guard let row = try reader.next() else { break }
      do {
        rows.append(try reader.value(of: row))
      } catch let error as RowFault {
        let location = SourceLocation(file: file.name, line: row.number)
        fault = fault ?? error.error(at: location)
      }
      if let kind = rows.last.flatMap({ RowShape($0, columns).kind }) { return kind }
    }
    if let kind = rows.lazy.compactMap({ RowShape($0, columns).likelyKind }).first { return kind }
    if !rows.isEmpty { throw unknown(Self.columns(of: rows), in: file) }
    guard var fault else { return .messages }  // an empty file: nothing to read in any format
    fault.remedy = "mend the file, or name the kind: \(Self.kinds)"
    throw fault
  }

  /// The columns of some rows, in the order in which they come.
  private static func columns(of rows: [JSONValue]) -> [String] {
    var seen: Set<String> = []
    return rows.flatMap { $0.object?.keys ?? [] }.filter { seen.insert($0).inserted }
  }

  private func unknown(_ columns: [String], in file: SourcePaths.Found) -> AksharaError {
    guard !columns.isEmpty else {
      return AksharaError(
        .unsupported, "the rows are no JSON objects",
        at: SourceLocation(file: file.name, line: 1), remedy: "name the kind: \(Self.kinds)")
    }
    let nearest = ColumnSuggestion(for: columns)
    let message =
      "no format fits the columns \(Self.list(columns)); the nearest is \(nearest.kind.rawValue), "
      + "which needs \(Self.list(nearest.needed))"
    let command = "akshara import \(nearest.kind.rawValue) \(Path.name(of: file.name))"
    var remedy =
      nearest.map.isEmpty
      ? "rename the columns, or name the kind and map them (`--map ours=theirs`)"
      : "map them, for example `\(command) --map \(nearest.map.joined(separator: " "))`"
    if DataSetSuffix(of: file.path) == .table, options.tableColumns == nil {
      remedy += "; if the first record is a row, say what the columns are called: `--columns A,B`"
    }
    return AksharaError(
      .unsupported, message, at: SourceLocation(file: file.name), remedy: remedy)
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(mostShown).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > mostShown ? "\(shown), … and \(names.count - mostShown) more" : shown
  }
}
