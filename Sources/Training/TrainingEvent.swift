/// What a trainer tells whoever watches it. Times are for people and go into no artifact.
public enum TrainingEvent: Sendable {
  /// Training begins or goes on.
  case started(TrainingStart)
  /// Something that does no harm but should be known.
  case notice(String)
  /// A line of metrics was logged, with the pace since the last one.
  case logged(MetricsLine, TrainingPace)
  /// The held-out loss was measured.
  case evaluated(MetricsLine)
  /// The held-out loss no longer fell: training ends here.
  case stopped(step: Int)
  /// A checkpoint was written.
  case saved(path: String)
  /// The trained model or adapter was written.
  case finished(path: String)
}

/// What is known when training begins.
public struct TrainingStart: Sendable, Equatable {
  /// What the run is called in reports.
  public var name: String
  /// Optimizer steps of the run.
  public var steps: Int
  /// Steps that a checkpoint has done already.
  public var stepsDone: Int
  /// The checkpoint from which the run goes on.
  public var checkpoint: String?
  /// All parameters, those of the adapter included.
  public var parameters: Int
  /// Those that are trained.
  public var trainedParameters: Int
  /// The most tokens of a micro-batch, for which memory was planned.
  public var longestBatch: Int
  /// Bytes of activations that were planned.
  public var activationBytes: Int
}
