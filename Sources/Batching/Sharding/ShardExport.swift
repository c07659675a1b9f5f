internal import Artifacts
internal import Conversations

/// Writes a shard set as Parquet, in the layout in which hubs keep data sets:
///
///     DIR/data/train-00000-of-00002.parquet    input_ids, attention_mask, labels, and beside them
///     DIR/data/validation-00000-of-00001.parquet    id, template, text, language, source, tags, spans
///     DIR/akshara_manifest.json                the set's manifest, with ledger and proof
///
/// `datasets.load_dataset(DIR)` and `pyarrow.parquet` open it.
public struct ShardExport: Sendable {
  /// The copy of the manifest.
  static let manifestName = "akshara_manifest.json"

  private let set: ShardSet
  private let tokensOnly: Bool

  /// An export; with `tokensOnly` without the columns beside the tokens, for trainers that take no
  /// others.
  public init(_ set: ShardSet, tokensOnly: Bool = false) {
    self.set = set
    self.tokensOnly = tokensOnly
  }

  /// Writes the folder; it appears whole or not at all.
  ///
  /// - Returns: the files' names, in order.
  /// - Throws: `unsupported` if the Arrow plug-in is missing; `checkFailed` if a file is not the one
  ///   that the manifest names; `unwritable`; `invalidOption` if something else stands at `output`, or
  ///   beside an older export.
  public func write(to output: String) throws -> [String] {
    let digests = set.currentDigests()
    for file in set.manifest.splits.flatMap(\.files) where digests[file.path] != file.digest {
      throw AksharaError(
        .checkFailed, "the file is not the one that the manifest names",
        at: SourceLocation(file: Path.join(set.path, file.path)),
        remedy: "make the shard set again")
    }
    try AtomicFolder.requireNothingElse(at: output, than: Self.isOwnFile)
    let folder = try AtomicFolder(
      output, replacing: Self.manifestName, inputs: digests.keys.map { Path.join(set.path, $0) })
    try Folder.make(Path.join(folder.workPath, "data"))
    var names: [String] = []
    for record in set.manifest.splits {
      let data = record.files.filter(\.isData)
      let rows = record.files.filter { !$0.isData }
      for (file, beside) in zip(data, rows) {
        // data-00000-of-00002.arrow → train-00000-of-00002.parquet
        let place = Path.stem(of: file.path).dropFirst("data".utf8.count)
        let name = "data/\(record.split.rawValue)\(place).parquet"
        try ParquetExport.write(
          Path.join(set.path, file.path),
          beside: tokensOnly ? nil : Path.join(set.path, beside.path),
          to: Path.join(folder.workPath, name))
        names.append(name)
      }
    }
    try AtomicFile.write(
      set.manifest.json.pretty, to: Path.join(folder.workPath, Self.manifestName))
    try folder.commit()
    return names
  }

  /// Whether a path inside an export's folder is one that `write(to:)` makes.
  static func isOwnFile(_ path: String) -> Bool {
    if path == manifestName { return true }
    guard let place = path.wholeMatch(of: /data\/([a-z]+)-[0-9]{5,}-of-[0-9]{5,}\.parquet/) else {
      return false
    }
    return Split(rawValue: String(place.1)) != nil
  }
}
