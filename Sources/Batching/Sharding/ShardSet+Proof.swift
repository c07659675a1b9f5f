internal import Artifacts

extension ShardSet {
  /// Refuses a set whose labels are not proven, or that was changed since.
  ///
  /// - Throws: `checkFailed` if the manifest's counts do not add up, the proof is missing, does not
  ///   hold or does not cover every row, or a file's content is not what was checked.
  /// - Complexity: reads every byte of the set.
  public func requireProof() throws {
    let totals = manifest.totals
    guard manifest.splits.allSatisfy({ $0.counts.isConserved }) else {
      throw unproven("its counts do not add up")
    }
    guard let proof = manifest.proof else { throw unproven("its labels were never verified") }
    guard proof.holds else {
      let faults = SupervisionProof.Fault.allCases.compactMap { fault -> String? in
        let count = proof.faults[fault] ?? 0
        return count == 0 ? nil : "\(count) \(fault.rawValue)"
      }
      throw unproven("its proof does not hold: \(faults.joined(separator: ", "))")
    }
    let rows = splits.reduce(0) { $0 + rowCount($1) }
    guard rows > 0, proof.rows == rows, totals.rowsKept == rows else {
      throw unproven("its proof covers \(proof.rows) of \(rows) rows")
    }
    let named = manifest.splits.flatMap(\.files)
    guard proof.files.count == named.count,
      named.allSatisfy({ proof.files[$0.path] == $0.digest })
    else { throw unproven("its proof is of other files") }
    let current = currentDigests()
    if let changed = named.first(where: { current[$0.path] != $0.digest }) {
      throw unproven("`\(changed.path)` was changed since its labels were verified")
    }
  }

  private func unproven(_ problem: String) -> AksharaError {
    AksharaError(
      .checkFailed, "the shard set is not proven: \(problem)", at: SourceLocation(file: path),
      remedy: "run `akshara labels verify` on it, or make it again with `akshara shard`")
  }
}
