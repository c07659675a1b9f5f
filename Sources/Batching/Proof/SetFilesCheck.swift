internal import Artifacts
internal import Conversations

/// Checks what a shard set says of itself beside its rows: digests, the list of dropped
/// conversations with the counts that it must add up to, the copy of the tokenizer, and the files by
/// which `datasets` finds the data, so that other trainers read the very rows that are proven.
struct SetFilesCheck {
  /// What is wrong, a sentence each.
  private(set) var problems: [String] = []

  private let manifest: ShardManifest
  private let folder: String

  /// Checks the set in a folder.
  ///
  /// - Parameter digests: those of the files as they are now.
  init(_ manifest: ShardManifest, in folder: String, digests: [String: Digest]) {
    (self.manifest, self.folder) = (manifest, folder)
    for file in manifest.provenFiles where digests[file.path] != file.digest {
      problems.append("`\(file.path)` is not the file that the manifest names")
    }
    checkDropped()
    checkTokenizer()
    checkDatasetsFiles()
  }

  // MARK: Dropped conversations

  /// Every dropped conversation has a line, and the lines are the manifest's counts.
  private mutating func checkDropped() {
    let path = Path.join(folder, ShardSetWriter.droppedName)
    guard let file = manifest.dropped else {
      if manifest.totals.rowsDropped > 0 {
        problems.append("the manifest counts dropped rows, but names no list of them")
      }
      if Path.exists(path) {
        problems.append("`\(ShardSetWriter.droppedName)` is there, but not in the manifest")
      }
      return
    }
    do {
      let found = try DroppedCounts(Path.join(folder, file.path))
      if found.lines != file.rows {
        problems.append(
          "`\(file.path)` has \(found.lines) lines, where the manifest says \(file.rows)")
      }
      for record in manifest.splits {
        let split = record.split.rawValue
        if found.rows[split] ?? [:] != record.counts.dropped
          || found.tokens[split] ?? [:] != record.counts.ledger.dropped
        {
          problems.append("\(split): the dropped rows are not those that `\(file.path)` lists")
        }
      }
    } catch { problems.append("\(error)") }
  }

  // MARK: Files beside the data

  private mutating func checkTokenizer() {
    guard let path = ShardVerifier.ownTokenizer(in: folder) else { return }
    let digest = try? Digest(ofFile: path).description
    if digest != manifest.tokenizerDigest {
      problems.append(
        "`\(Path.name(of: path))` is not the tokenizer that the manifest names")
    }
  }

  private mutating func checkDatasetsFiles() {
    let splits = strings("dataset_dict.json") { $0["splits"]?.array?.map(\.string) }
    if splits != manifest.splits.map(\.split.rawValue) {
      problems.append("`dataset_dict.json` does not name the splits of the manifest")
    }
    for record in manifest.splits {
      let name = "\(record.split.rawValue)/state.json"
      let files = strings(name) {
        $0["_data_files"]?.array?.map { $0["filename"]?.string }
      }
      if files != record.files.filter(\.isData).map({ Path.name(of: $0.path) }) {
        problems.append("`\(name)` does not name the data files of the manifest")
      }
    }
  }

  /// The strings of a small JSON file; `nil` if it is not there or not as it should be.
  private func strings(
    _ name: String, _ list: (JSONValue) -> [String?]?
  ) -> [String]? {
    guard let file = try? MappedFile(Path.join(folder, name)), file.bytes.count <= 1 << 24,
      let found = (try? JSONValue(parsing: file.bytes)).flatMap(list)
    else { return nil }
    let strings = found.compactMap { $0 }
    return strings.count == found.count ? strings : nil
  }
}

/// The lines of `dropped.jsonl`, counted by split and reason.
private struct DroppedCounts {
  private(set) var lines = 0
  private(set) var rows: [String: [String: Int]] = [:]
  private(set) var tokens: [String: [String: Int]] = [:]

  /// - Throws: `missingFile`, `malformed`, naming the line.
  init(_ path: String) throws {
    let reader = try JSONLinesReader(path)
    while let line = try reader.next() {
      let value = try reader.value(of: line)
      guard let split = value["split"]?.string, let reason = value["reason"]?.string,
        let count = value["tokens"]?.natural, value["id"]?.string != nil
      else {
        throw AksharaError(
          .malformed, "the line lacks `id`, `split`, `reason` or `tokens`",
          at: SourceLocation(file: path, line: line.number))
      }
      lines += 1
      rows[split, default: [:]][reason, default: 0] += 1
      tokens[split, default: [:]][reason, default: 0] += count
    }
  }
}

extension ShardManifest {
  /// The files that a proof covers: data, rows, and the list of dropped conversations.
  var provenFiles: [File] { splits.flatMap(\.files) + (dropped.map { [$0] } ?? []) }
}
