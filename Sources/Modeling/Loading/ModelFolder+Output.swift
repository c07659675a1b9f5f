package import Artifacts

extension ModelFolder {
  /// The files of a model's tokenizer.
  package static let tokenizerNames = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "tekken.json",
  ]

  /// The other files that go with a model: how it generates, which rows it was given.
  package static let settingsNames = ["generation_config.json", newRowsName]

  /// Begins a model's folder that appears whole at `path` when it is committed.
  ///
  /// - Parameters:
  ///   - marker: the file without which no folder there is replaced.
  ///   - inputs: files and folders that are read to make the model; none of them may be replaced.
  ///   - others: names of files that this kind of model has beside those that all have.
  /// - Throws: `invalidOption` if what stands at `path` is neither empty nor a model and nothing else;
  ///   `unwritable`.
  package static func begin(
    at path: String, replacing marker: String, inputs: [String], others: [String] = []
  ) throws -> AtomicFolder {
    let names = Set(
      tokenizerNames + settingsNames + others
        + ["config.json", "extension.json", "model.safetensors.index.json"])
    let folder = try AtomicFolder(path, replacing: marker, inputs: inputs)
    try AtomicFolder.requireNothingElse(at: path) { name in
      names.contains(name) || !name.contains("/") && name.hasSuffix(".safetensors")
    }
    return folder
  }
}
