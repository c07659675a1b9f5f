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

  /// Writes what stands beside the data files, adds the proof, and lets the set appear.
  ///
  /// - Parameter findings: what the rows of each split hold, where they were checked as they were
  ///   written; `nil` checks them as they are there.
  /// - Returns: the manifest with the proof.
  /// - Throws: `unwritable`; as `ShardVerifier.verify`.
  func finish(
    in folder: AtomicFolder, tokenizer: any Tokenizer, threads: Int,
    findings: [SplitFindings]? = nil
  ) throws -> ShardManifest {
    let path = folder.workPath
    try (tokenizer as? BPETokenizer)?.write(into: path)
    try DatasetsFolder.describeSet(in: path, splits: splits.map(\.split))
    let file = Path.join(path, ShardSet.manifestName)
    try AtomicFile.write(json.pretty, to: file)
    let verifier = ShardVerifier(tokenizer: tokenizer, threads: threads)
    let report =
      if let findings {
        verifier.report(on: self, in: path, digests: provenDigests, findings: findings)
      } else {
        try verifier.verify(try ShardSet(path))
      }
    var proven = self
    proven.proof = report.recordedProof
    try AtomicFile.write(proven.json.pretty, to: file)
    try folder.commit()
    return proven
  }

  /// The digests of the files that a proof covers, by their paths.
  private var provenDigests: [String: Digest] {
    Dictionary(provenFiles.map { ($0.path, $0.digest) }, uniquingKeysWith: { first, _ in first })
  }
}
