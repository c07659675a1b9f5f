internal import Batching

extension BatchPlan {
  /// Epochs whose batches are looked at one by one.
  private static let mostEpochs = 32

  /// The most tokens that a batch of a run with these options has: memory is planned for it.
  ///
  /// The orders of a run's epochs are known before it begins, so this is the longest batch that will
  /// come, not the longest that could. For a run of very many epochs it is the latter.
  ///
  /// - Complexity: O(rows * epochs).
  func longestBatch(of options: TrainingOptions) -> Int {
    let stepsPerEpoch = (batchCount + options.accumulation - 1) / options.accumulation
    let epochs =
      options.maximumSteps.map { ($0 + stepsPerEpoch - 1) / max(1, stepsPerEpoch) }
      ?? Int(options.epochs.rounded(.up))
    guard epochs <= Self.mostEpochs else { return longestBatch }
    return (0..<max(1, epochs)).map { number in
      epoch(number).map { rows in rows.reduce(0) { $0 + Int(lengths[$1]) } }.max() ?? 0
    }.max() ?? 0
  }
}
