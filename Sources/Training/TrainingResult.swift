/// What a finished run leaves.
public struct TrainingResult: Sendable, Equatable {
  /// `adapter/` or `model/` in the run directory.
  public var output: String
  /// Optimizer steps.
  public var steps: Int
  /// Tokens trained on, padding not counted; each epoch counts.
  public var tokens: Int
  /// The step whose parameters are the output, if it is not the last one's.
  public var bestStep: Int?
  /// Whether training ended early, since the held-out loss no longer fell.
  public var isStopped = false
  /// All lines of `metrics.jsonl`.
  public var metrics: [MetricsLine]

  /// The held-out loss before the first step.
  public var firstHeldOutLoss: Double? { metrics.first { $0.heldOutLoss != nil }?.heldOutLoss }
  /// The held-out loss after the last step.
  public var lastHeldOutLoss: Double? { metrics.last { $0.heldOutLoss != nil }?.heldOutLoss }
}
