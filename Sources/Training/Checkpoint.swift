internal import Artifacts
internal import Compute
internal import Modeling

/// A folder from which a run goes on.
///
///     checkpoint-500/
///       checkpoint.json       format, version, state, set-up, device, digest of state.safetensors
///       state.safetensors     parameter.*, first_moment.*, second_moment.*: float32, or for moments in
///                             8 bits *.codes (uint8) and *.absmax (float32, one a block of 256)
///       metrics.jsonl         the lines logged up to this step
///
/// It appears whole or not at all. The set-up names everything that the run's results depend on; a
/// run goes on only where it is the same.
struct Checkpoint {
  private static let format = "akshara-checkpoint"
  private static let version = 2
  private static let prefix = "checkpoint-"

  /// The folder.
  let path: String
  /// Optimizer steps done.
  let step: Int

  private static func file(_ folder: String, _ name: String) -> String { Path.join(folder, name) }

  // MARK: Finding

  /// The checkpoints in a run directory, oldest first.
  static func all(in directory: String) -> [Checkpoint] {
    folders(in: directory).filter { Path.exists(file($0.path, "checkpoint.json")) }
      .sorted { $0.step < $1.step }
  }

  /// The folders with a checkpoint's name, whatever they hold.
  private static func folders(in directory: String) -> [Checkpoint] {
    Folder.list(directory).compactMap { name in
      guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)) else { return nil }
      return Checkpoint(path: Path.join(directory, name), step: step)
    }
  }

  // MARK: Writing

  /// Writes the checkpoint of `state`, then removes the oldest ones above `kept`.
  ///
  /// - Throws: `unwritable`.
  static func write(
    _ state: RunState, setup: JSONValue, optimizer: OptimizerState, metrics: [MetricsLine],
    to directory: String, keeping kept: Int, on backend: any Backend
  ) throws -> Checkpoint {
    let folder = try AtomicFolder(Path.join(directory, "\(prefix)\(state.step)"))
    let digest = try StateFile.write(
      optimizer.namedTensors, to: file(folder.workPath, "state.safetensors"), from: backend)
    try AtomicFile.write(
      MetricsLog.bytes(of: metrics), to: file(folder.workPath, "metrics.jsonl"))
    let json: JSONValue = [
      "format": .string(format), "version": JSONValue(version), "state": state.json,
      "setup": setup, "device": .string(backend.signature),
      "files": ["state.safetensors": .string(digest.description)],
    ]
    try AtomicFile.write(json.pretty, to: file(folder.workPath, "checkpoint.json"))
    try folder.commit()
    for old in all(in: directory).dropLast(kept) { try old.remove() }
    // A crash behind the last file's removal leaves an empty folder.
    for folder in folders(in: directory) { Folder.removeIfEmpty(folder.path) }
    return Checkpoint(path: folder.path, step: state.step)
  }

  /// Removes the folder, `checkpoint.json` last: where a crash leaves half of it, it is still found as
  /// an old checkpoint, and removed with the next.
  private func remove() throws {
    for name in ["state.safetensors", "metrics.jsonl"] { try Folder.remove(Self.file(path, name)) }
    try Folder.remove(path)
  }

  // MARK: Reading

  /// What a checkpoint holds besides tensors.
  struct Restored {
    var state: RunState
    var metrics: [MetricsLine]
    /// The device it was written on.
    var device: String?
  }

  /// Restores parameters and optimizer state, and returns where the run stands.
  ///
  /// - Throws: `malformed` if the folder is damaged, `invalidOption` if the set-up differs.
  func restore(
    _ optimizer: OptimizerState, setup: JSONValue, on backend: any Backend
  ) throws -> Restored {
    let location = SourceLocation(file: Self.file(path, "checkpoint.json"))
    let json = try JSONValue(parsing: TextFile(location.file).bytes, at: location)
    guard json["format"]?.string == Self.format, json["version"]?.integer == Int64(Self.version),
      let state = json["state"].flatMap(RunState.init(json:)), state.step == step
    else { throw damaged("is not a checkpoint of version \(Self.version)") }
    try compare(json["setup"] ?? .null, with: setup)
    let tensors = Self.file(path, "state.safetensors")
    guard let written = json["files"]?["state.safetensors"]?.string.flatMap(Digest.init),
      try Digest(ofFile: tensors) == written
    else { throw damaged("holds another state.safetensors than it was written with") }
    try StateFile.read(optimizer.namedTensors, from: tensors, on: backend)
    return Restored(
      state: state, metrics: try MetricsLog.read(Self.file(path, "metrics.jsonl")),
      device: json["device"]?.string)
  }

  private func damaged(_ what: String) -> AksharaError {
    AksharaError(
      .malformed, "the checkpoint \(what)", at: SourceLocation(file: path),
      remedy: "remove this folder to go on from the one before, or from the start")
  }

  /// Names the first entry of the set-up that differs.
  private func compare(_ written: JSONValue, with current: JSONValue) throws {
    guard written != current else { return }
    let difference = Self.firstDifference(written, current, at: "")
    throw AksharaError(
      .invalidOption, "this run began with another set-up: \(difference)",
      at: SourceLocation(file: path),
      remedy: "put it back, or start again in an empty run directory")
  }

  private static func firstDifference(
    _ left: JSONValue, _ right: JSONValue, at key: String
  ) -> String {
    if case .object(let old) = left, case .object(let new) = right {
      for name in old.keys + new.keys where old[name] != new[name] {
        let place = key.isEmpty ? name : "\(key).\(name)"
        return firstDifference(old[name] ?? .null, new[name] ?? .null, at: place)
      }
    }
    return "`\(key)` was \(left.compactString) and is \(right.compactString)"
  }
}

extension Backend {
  /// The device and what its last bits depend on.
  var signature: String { "\(name) (\(configuration))" }
}
