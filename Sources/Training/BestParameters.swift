internal import Artifacts
internal import Compute

/// The trained parameters with the lowest held-out loss so far.
///
///     best-120/
///       best.json                step, eval_loss, digest of parameters.safetensors
///       parameters.safetensors   parameter.*: float32
///
/// A folder appears whole or not at all. One that a checkpoint names stays until a checkpoint names
/// another, so a run that goes on from there finds it.
enum BestParameters {
  private static let prefix = "best-"
  private static let tensors = "parameters.safetensors"

  private static func path(_ directory: String, step: Int) -> String {
    Path.join(directory, "\(prefix)\(step)")
  }

  /// Writes the parameters as they are now.
  ///
  /// - Throws: `unwritable`.
  static func write(
    _ best: BestLoss, _ optimizer: OptimizerState, in directory: String, from backend: any Backend
  ) throws {
    let folder = try AtomicFolder(path(directory, step: best.step))
    let digest = try StateFile.write(
      optimizer.namedValues, to: Path.join(folder.workPath, tensors), from: backend)
    let json: JSONValue = [
      "step": JSONValue(best.step), "eval_loss": .number(best.loss),
      "files": .object([tensors: .string(digest.description)]),
    ]
    try AtomicFile.write(json.pretty, to: Path.join(folder.workPath, "best.json"))
    try folder.commit()
  }

  /// Puts the parameters of `best` back.
  ///
  /// - Throws: `malformed` if the folder is damaged.
  static func restore(
    _ best: BestLoss, to optimizer: OptimizerState, in directory: String, on backend: any Backend
  ) throws {
    let folder = path(directory, step: best.step)
    let location = SourceLocation(file: Path.join(folder, "best.json"))
    let json = try JSONValue(parsing: TextFile(location.file).bytes, at: location)
    let file = Path.join(folder, tensors)
    guard let written = json["files"]?[tensors]?.string.flatMap(Digest.init),
      try Digest(ofFile: file) == written
    else {
      throw AksharaError(
        .malformed, "the best parameters are not those that were written",
        at: SourceLocation(file: folder),
        remedy: "remove the run directory and train again")
    }
    try StateFile.read(optimizer.namedValues, from: file, on: backend)
  }

  /// Removes all but those of `best`.
  ///
  /// - Throws: `unwritable`.
  static func removeOthers(than best: BestLoss?, in directory: String) throws {
    for name in Folder.list(directory) {
      guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)),
        step != best?.step
      else { continue }
      try Folder.remove(Path.join(directory, name))
    }
  }
}
