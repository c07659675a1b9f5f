internal import Artifacts
internal import Tokenization

extension ShardManifest {
  /// Refuses to go on where no row was made.
  ///
  /// - Throws: `checkFailed`.
  func requireRows(at path: String, remedy: String) throws {
    guard totals.rowsKept > 0 else {
      throw AksharaError(
        .checkFailed, "no row is left of \(totals.rowsIn): \(summary)",
        at: SourceLocation(file: path), remedy: remedy)
    }
  }

  /// Writes what stands beside the data files, checks those, adds the proof, and lets the set appear.
  ///
  /// - Parameter digests: those of the files by their paths, where they were just made; `nil` makes
  ///   them of what is there.
  /// - Returns: the manifest with the proof.
  /// - Throws: `unwritable`; as `ShardVerifier.verify`.
  func finish(
    in folder: AtomicFolder, tokenizer: any Tokenizer, threads: Int,
    digests: [String: Digest]? = nil
  ) throws -> ShardManifest {
    try (tokenizer as? BPETokenizer)?.write(into: folder.workPath)
    try DatasetsFolder.describeSet(in: folder.workPath, splits: splits.map(\.split))
    let file = Path.join(folder.workPath, ShardSet.manifestName)
    try AtomicFile.write(json.pretty, to: file)
    var proven = self
    let verifier = ShardVerifier(tokenizer: tokenizer, threads: threads)
    proven.proof = try verifier.verify(
      try ShardSet(folder.workPath), conversations: nil, digests: digests
    ).recordedProof
    try AtomicFile.write(proven.json.pretty, to: file)
    try folder.commit()
    return proven
  }
}
