internal import Artifacts

/// A tokenized data set that another tool has written: what `datasets` saves to disk (which axolotl
/// and LLaMA-Factory keep their prepared data in), Parquet, Arrow, or JSON Lines.
///
/// A folder of Arrow streams is read here; Parquet, and Arrow with compression or views, through the
/// plug-in that `tools/build-arrow-plugin` builds.
public struct ForeignSet: Sendable, Equatable {
  /// Rows that stand together.
  public struct Part: Sendable, Equatable {
    /// The split's name, as the set calls it.
    public var name: String
    /// Its files, in order.
    public var files: [String]
  }

  /// The path as it was given.
  public let path: String
  /// Its splits, in order.
  public let parts: [Part]

  /// Finds the files of a set.
  ///
  /// - Throws: `missingFile` if there is nothing; `malformed` if its description names files outside
  ///   of it, or none; `unsupported` if it is no kind of data set that is known.
  public init(_ path: String) throws {
    self.path = path
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no such file or folder", at: SourceLocation(file: path),
        remedy: "check the path")
    }
    parts = try Self.parts(of: path)
    guard parts.contains(where: { !$0.files.isEmpty }) else {
      throw AksharaError(
        .unsupported, "this is no tokenized data set", at: SourceLocation(file: path),
        remedy: "name a folder that `save_to_disk` wrote, or a Parquet, Arrow or JSON Lines file")
    }
  }

  private static func parts(of path: String) throws -> [Part] {
    if Path.exists(Path.join(path, "dataset_dict.json")) {
      let names = try names(in: Path.join(path, "dataset_dict.json")) {
        $0["splits"]?.array?.map(\.string)
      }
      return try names.map { Part(name: $0, files: try dataFiles(of: Path.join(path, $0))) }
    }
    if Path.exists(Path.join(path, "state.json")) {
      return [Part(name: "train", files: try dataFiles(of: path))]
    }
    let suffixes = [".parquet", ".arrow", ".jsonl", ".jsonl.gz", ".jsonl.zst"]
    func isData(_ name: String) -> Bool { suffixes.contains { name.hasSuffix($0) } }
    if isData(path) { return [Part(name: "train", files: [path])] }
    // A hub's layout: `data/train-00000-of-00002.parquet`, or the files themselves.
    let folders = [path, Path.join(path, "data")]
    let files = folders.flatMap { folder in
      Folder.list(folder).filter(isData).map { Path.join(folder, $0) }
    }
    var parts: [Part] = []
    for file in files {
      let name = String(Path.name(of: file).prefix { $0 != "-" && $0 != "." })
      if let index = parts.firstIndex(where: { $0.name == name }) {
        parts[index].files.append(file)
      } else {
        parts.append(Part(name: name, files: [file]))
      }
    }
    return parts
  }

  /// The files that a split's `state.json` names.
  private static func dataFiles(of folder: String) throws -> [String] {
    try names(in: Path.join(folder, "state.json")) {
      $0["_data_files"]?.array?.map { $0["filename"]?.string }
    }.map { Path.join(folder, $0) }
  }

  /// The plain names that a small JSON file lists.
  private static func names(
    in path: String, _ list: (JSONValue) -> [String?]?
  ) throws -> [String] {
    let file = try MappedFile(path)
    let location = SourceLocation(file: path)
    let found =
      file.bytes.count > 64 << 20
      ? nil : list(try JSONValue(parsing: file.bytes, at: location))
    let names = (found ?? []).compactMap { $0 }
    guard let found, names.count == found.count,
      names.allSatisfy({ !$0.isEmpty && !$0.contains("/") && !$0.hasPrefix(".") })
    else {
      throw AksharaError(
        .malformed, "the file does not name the set's parts", at: location,
        remedy: "save the data set again")
    }
    return names
  }
}

/// Reads the rows of a part of a foreign set, some at a time.
final class ForeignReader {
  private var files: ArraySlice<String>
  private var open: Source?
  private var first = 0

  private enum Source {
    case arrow(ForeignArrowFile)
    case plugin(ArrowRowReader, JSONParser)
    case lines(JSONLinesReader)
  }

  private let part: ForeignSet.Part

  init(_ part: ForeignSet.Part) {
    self.part = part
    files = part.files[...]
  }

  /// The next rows; `nil` behind the last file.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `unsupported` if the plug-in is needed and
  ///   missing.
  func next() throws -> ForeignRows? {
    while true {
      if open == nil {
        guard let path = files.popFirst() else { return nil }
        open = try Self.open(path)
      }
      guard var rows = try nextOfFile() else {
        open = nil
        continue
      }
      guard rows.rowCount > 0 else { continue }
      if first == 0, rows.columns[.inputIDs] == nil { throw Self.noTokens(part) }
      rows.first = first
      first += rows.rowCount
      return rows
    }
  }

  private static func noTokens(_ part: ForeignSet.Part) -> AksharaError {
    AksharaError(
      .malformed, "there is no column `input_ids`",
      at: part.files.first.map { SourceLocation(file: $0) },
      remedy: "give a tokenized data set; conversations become one with `akshara shard`")
  }

  private static func open(_ path: String) throws -> Source {
    if path.contains(".jsonl") { return .lines(try JSONLinesReader(path)) }
    if path.hasSuffix(".arrow"), let file = try arrowFile(path) { return .arrow(file) }
    return .plugin(try ArrowRowReader(path), try JSONParser())
  }

  /// The file, if it is a stream that can be read here.
  private static func arrowFile(_ path: String) throws -> ForeignArrowFile? {
    // The other format of Arrow files begins with these letters.
    let file = try MappedFile(path)
    let isFile = withExtendedLifetime(file) {
      file.bytes.prefix(6).elementsEqual("ARROW1".utf8)
    }
    if isFile { return nil }
    do { return try ForeignArrowFile(path) } catch var error as AksharaError {
      error.message = error.message.replacing("not a shard file: ", with: "")
      error.remedy = "save the data set again"
      throw error
    }
  }

  private func nextOfFile() throws -> ForeignRows? {
    switch open {
    case .arrow(let file): return try file.next()
    case .plugin(let reader, let parser):
      return try collect {
        try reader.next().map { line in
          let place = SourceLocation(file: reader.path, line: line.number)
          return (try parser.value(of: line, in: reader.path), place)
        }
      }
    case .lines(let reader):
      return try collect {
        try reader.next().map { line in
          (try reader.value(of: line), SourceLocation(file: reader.path, line: line.number))
        }
      }
    case nil: return nil
    }
  }

  private func collect(_ next: () throws -> (JSONValue, SourceLocation)?) throws -> ForeignRows? {
    var collected = ForeignJSONRows()
    while collected.rows.rowCount < ForeignJSONRows.rowsAtOnce, let (row, place) = try next() {
      try collected.append(row, at: place)
    }
    return collected.rows.rowCount == 0 ? nil : collected.rows
  }
}
