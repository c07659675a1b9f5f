internal import Artifacts
internal import Conversations
internal import Tokenization

extension ShardSet {
  /// Refuses a place for a new set where something would be lost.
  ///
  /// An older set is replaced; a folder that holds anything besides is not, and neither is a set
  /// that somebody has approved, whether it was changed since or not: a signature is a person's
  /// word, which goes only where a person takes it away.
  ///
  /// - Parameter keepsApproval: whether whoever makes the set keeps the approval beside the new one.
  /// - Throws: `invalidOption`, naming what stands there and how to mend it.
  static func requireRoom(at output: String, keepsApproval: Bool = false) throws {
    let location = SourceLocation(file: output)
    if Path.exists(Path.join(output, manifestName)), !stands(at: output) {
      throw AksharaError(
        .invalidOption, "the output folder holds something else (its manifest is no shard set's)",
        at: location, remedy: "choose a folder that is new or empty")
    }
    let approval = Path.join(output, ShardApproval.fileName)
    if !keepsApproval && Path.exists(approval) {
      let names = (try? ShardApproval(in: output)).map { $0.signatures.map(\.by) } ?? []
      let by = names.isEmpty ? "" : " by " + TerminalText.line(names.joined(separator: ", "))
      throw AksharaError(
        .invalidOption,
        "the shard set there was approved\(by), and the new one would take its place",
        at: location,
        remedy: "choose another folder, or remove `\(approval)` if the approved set may go")
    }
    try AtomicFolder.requireNothingElse(at: output) {
      isOwnFile($0) || keepsApproval && $0 == ShardApproval.fileName
    }
  }

  /// The files in a set's folder that are the set's own, and the approval.
  ///
  /// - Throws: `unreadable`.
  package static func ownFiles(in folder: String) throws -> [String] {
    try FileTree.files(below: folder)
      .filter { isOwnFile($0) || $0 == ShardApproval.fileName }
      .map { Path.join(folder, $0) }
  }

  /// Whether a path inside a set's folder is one that `akshara shard` writes.
  package static func isOwnFile(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 1 { return namesAtTop.contains(path) }
    guard parts.count == 2, Split(rawValue: String(parts[0])) != nil else { return false }
    let name = String(parts[1])
    return DatasetsFolder.descriptionsOfSplit([]).contains { $0.name == name }
      || ShardWriter.isFileName(name)
  }

  private static let namesAtTop =
    [manifestName, ShardSetWriter.droppedName, DatasetsFolder.descriptionOfSet([]).name]
    + TokenizerPlace.writtenNames
}
