internal import Artifacts

extension ShardSet {
  /// Refuses a set whose labels are not proven, or that was changed since.
  ///
  /// - Parameter accepted: what may be unproven, because whoever trains has said so: sets that were
  ///   made by other tools do not hold all that a proof needs.
  /// - Throws: `checkFailed` if the manifest's counts do not add up, the proof is missing,
  ///   contradicts itself, does not hold or does not cover every row, a file's content is not what
  ///   was checked, the tokenizer's copy or a file by which `datasets` finds the data is not the
  ///   manifest's, or a split's rows, tokens or supervised tokens are not what the manifest counts.
  /// - Complexity: reads every byte of the set.
  public func requireProof(accepting accepted: [SupervisionProof.Unproven] = []) throws {
    let totals = manifest.totals
    guard manifest.splits.allSatisfy({ $0.counts.isConserved }) else {
      throw unproven("its counts do not add up")
    }
    guard !manifest.hasBrokenProof else {
      throw unproven("its proof lacks a part or contradicts itself")
    }
    guard let proof = manifest.proof else {
      throw unproven("its labels were never verified, or not without faults")
    }
    guard proof.holds else {
      let faults = SupervisionProof.Fault.allCases.compactMap { fault -> String? in
        let count = proof.faults[fault] ?? 0
        return count == 0 ? nil : "\(count) \(fault.rawValue)"
      }
      throw unproven("its proof does not hold: \(faults.joined(separator: ", "))")
    }
    let open = Set(proof.unproven + (manifest.origin?.unproven ?? [])).subtracting(accepted)
    if let missing = SupervisionProof.Unproven.allCases.first(where: open.contains) {
      throw AksharaError(
        .checkFailed,
        "the shard set comes from another tool, and `\(missing.rawValue)` could not be checked",
        at: SourceLocation(file: path),
        remedy: "make it with --template and --conversations, or write "
          + "`accept_unproven: [\(proof.unproven.map(\.rawValue).joined(separator: ", "))]` below "
          + "`training`")
    }
    let rows = splits.reduce(0) { $0 + rowCount($1) }
    guard rows > 0, proof.rows == rows, totals.rowsKept == rows else {
      throw unproven("its proof covers \(proof.rows) of \(rows) rows")
    }
    let named = manifest.provenFiles
    guard proof.files.count == named.count,
      named.allSatisfy({ proof.files[$0.path] == $0.digest })
    else { throw unproven("its proof is of other files") }
    let current = currentDigests()
    if let changed = named.first(where: { current[$0.path] != $0.digest }) {
      throw unproven("`\(changed.path)` was changed since its labels were verified")
    }
    // What the verifier would find beside the rows: the tokenizer's copy, and the files by which other
    // trainers know the data.
    if let problem = SetFilesCheck(manifest, in: path, digests: current).problems.first {
      throw unproven(problem)
    }
    if let difference = countDifferences.first { throw unproven(difference) }
  }

  /// Where the manifest's counts are not what the files hold, a sentence each.
  ///
  /// - Complexity: one pass over labels, languages and sources.
  private var countDifferences: [String] {
    manifest.splits.flatMap { record in
      let found = batches(record.split).reduce(into: RowTallies()) { $0.add($1.tallies) }
      return record.counts.differences(from: found).map { "\(record.split.rawValue): \($0)" }
    }
  }

  private func unproven(_ problem: String) -> AksharaError {
    AksharaError(
      .checkFailed, "the shard set is not proven: \(problem)", at: SourceLocation(file: path),
      remedy: "run `akshara labels verify` on it, or make it again with `akshara shard`")
  }
}
