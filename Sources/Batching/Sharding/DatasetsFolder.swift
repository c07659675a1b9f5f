internal import Artifacts
internal import Conversations

/// The small JSON files by which `datasets.load_from_disk` knows a folder.
///
/// Source: `datasets` 2.0 to 5.2, `Dataset.save_to_disk` and `DatasetDict.save_to_disk`. The
/// columns' types are left to the Arrow schema, whose reading all versions share; the spelling of
/// `features` in `dataset_info.json` is not the same in all.
enum DatasetsFolder {
  /// Writes `dataset_dict.json`.
  ///
  /// - Throws: `unwritable`.
  static func describeSet(in folder: String, splits: [Split]) throws {
    let names = splits.map { JSONValue.string($0.rawValue) }
    try write(["splits": .array(names)], "dataset_dict.json", in: folder)
  }

  /// Writes `state.json` and `dataset_info.json`. Files that `state.json` does not name are not
  /// looked at by `datasets`.
  ///
  /// - Throws: `unwritable`.
  static func describeSplit(in folder: String, dataFiles files: [ShardManifest.File]) throws {
    let data = files.filter { $0.isData }
    // The fingerprint keys the library's caches: 16 hexadecimal digits that follow the content.
    let digests = data.map(\.digest.description).joined(separator: " ")
    let fingerprint = String(Digest(of: digests.utf8).hexadecimal.prefix(16))
    let names = data.map { JSONValue.object(["filename": .string(Path.name(of: $0.path))]) }
    let state: JSONValue = [
      "_data_files": .array(names), "_fingerprint": .string(fingerprint), "_format_columns": .null,
      "_format_kwargs": .object(JSONObject()), "_format_type": .null,
      "_output_all_columns": false, "_split": .null,
    ]
    try write(state, "state.json", in: folder)
    try write(
      ["citation": "", "description": "", "homepage": "", "license": ""], "dataset_info.json",
      in: folder)
  }

  private static func write(_ value: JSONValue, _ name: String, in folder: String) throws {
    try AtomicFile.write(value.pretty, to: Path.join(folder, name))
  }
}
