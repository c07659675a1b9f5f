internal import Artifacts

/// A model in Hugging Face's layout: `config.json` and safetensors in one or many files.
///
///     config.json
///     model.safetensors                                   one file, or
///     model.safetensors.index.json                        {"weight_map": {tensor: file}}
///     model-00001-of-00003.safetensors …
public struct ModelFolder: Sendable {
  /// The file in which `akshara resize` lists the rows that it added, as PEFT's
  /// `trainable_token_indices` takes them.
  public static let newRowsName = "trainable_token_indices.json"

  /// The folder.
  public let path: String
  /// The model's shape.
  public let configuration: ModelConfiguration

  /// Opens a folder and reads its configuration; weights are looked for when they are loaded.
  ///
  /// - Throws: `missingFile`, `malformed` or `unsupported`.
  public init(_ path: String) throws {
    self.path = path
    let file = Path.join(path, "config.json")
    guard Path.exists(file) else {
      throw AksharaError(
        .missingFile, "there is no config.json in the model folder", at: SourceLocation(file: path),
        remedy: "give a folder in Hugging Face's layout")
    }
    configuration = try ModelConfiguration(contentsOf: file)
  }

  /// The files that hold the weights, sorted by name.
  ///
  /// - Throws: `missingFile`, or `malformed` if the index names a file outside the folder.
  public func weightFiles() throws -> [String] {
    let single = Path.join(path, "model.safetensors")
    if Path.exists(single) { return [single] }
    let index = Path.join(path, "model.safetensors.index.json")
    guard Path.exists(index) else {
      throw AksharaError(
        .missingFile, "there is no model.safetensors and no index of its parts",
        at: SourceLocation(file: path), remedy: "train the model first, or give another folder")
    }
    return try partFiles(index)
  }

  private func partFiles(_ index: String) throws -> [String] {
    let location = SourceLocation(file: index)
    let json = try JSONValue(parsing: TextFile(index).bytes, at: location)
    guard let map = json["weight_map"]?.object else {
      throw AksharaError(.malformed, "the index has no `weight_map`", at: location)
    }
    var names: Set<String> = []
    for pair in map.pairs {
      guard let name = pair.value.string, name == Path.name(of: name), name != ".." else {
        throw AksharaError(
          .malformed, "`\(pair.key)` lies in \(pair.value.compactString), outside the folder",
          at: location)
      }
      names.insert(name)
    }
    return names.sorted().map { Path.join(path, $0) }
  }
}
