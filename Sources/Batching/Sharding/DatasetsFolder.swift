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
    let (name, value) = descriptionOfSet(splits)
    try AtomicFile.write(value.pretty, to: Path.join(folder, name))
  }

  /// Writes `state.json` and `dataset_info.json`. Files that `state.json` does not name are not
  /// looked at by `datasets`.
  ///
  /// - Throws: `unwritable`.
  static func describeSplit(in folder: String, dataFiles files: [ShardManifest.File]) throws {
    for (name, value) in descriptionsOfSplit(files) {
      try AtomicFile.write(value.pretty, to: Path.join(folder, name))
    }
  }

  /// The file beside the splits, and what it says.
  static func descriptionOfSet(_ splits: [Split]) -> (name: String, value: JSONValue) {
    ("dataset_dict.json", ["splits": .array(splits.map { .string($0.rawValue) })])
  }

  /// The files beside the data files of a split, and what they say.
  static func descriptionsOfSplit(
    _ files: [ShardManifest.File]
  ) -> [(name: String, value: JSONValue)] {
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
    return [
      ("state.json", state),
      ("dataset_info.json", ["citation": "", "description": "", "homepage": "", "license": ""]),
    ]
  }
}
