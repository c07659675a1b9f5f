internal import Artifacts
package import Compute

/// Writes a model as a Hugging Face folder.
package enum ModelWriter {
  /// Writes `config.json` and `model.safetensors` to `path`, whole or not at all.
  ///
  /// Elements are rounded to nearest even. The same weights give the same bytes: tensors stand in
  /// the order of their names.
  ///
  /// - Throws: `unwritable`.
  package static func write(
    _ weights: DecoderWeights, as type: DType, to path: String, from backend: any Backend
  ) throws {
    let folder = try AtomicFolder(path)
    var configuration = weights.configuration
    configuration.storedType = type
    try AtomicFile.write(
      configuration.json.pretty, to: Path.join(folder.workPath, "config.json"))
    try TensorFile.write(
      weights.namedTensors, as: type, to: Path.join(folder.workPath, "model.safetensors"),
      from: backend)
    try folder.commit()
  }
}
