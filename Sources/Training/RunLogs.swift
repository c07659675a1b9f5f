internal import Artifacts

/// Everything that a run writes down as it goes, besides checkpoints.
///
///     metrics.jsonl                              no clock: the same run, the same lines
///     training_history.json, trainer_state.json  the same for notebooks
///     spikes.jsonl                               steps whose loss leapt, if any
///     run.json, timing.jsonl, tensorboard/       these carry times
final class RunLogs {
  /// What the run is called in reports.
  let name: String
  private let metrics: MetricsLog
  private let timing: TimingLog
  private let events: EventLog?
  private let spikes: SpikeLog
  private let directory: String

  /// All lines of metrics so far.
  var lines: [MetricsLine] { metrics.lines }

  /// The logs of a run that begins, or goes on, at `state`.
  ///
  /// - Parameters:
  ///   - lines: what was logged up to there.
  /// - Throws: `unwritable`.
  init(_ job: TrainingJob, at state: RunState, lines: [MetricsLine]) throws {
    directory = job.directory
    name = try RunName.find(job)
    metrics = try MetricsLog(Path.join(directory, "metrics.jsonl"), lines: lines)
    timing = try TimingLog(Path.join(directory, "timing.jsonl"))
    spikes = try SpikeLog(Path.join(directory, "spikes.jsonl"), keepingUpTo: state.step)
    events =
      job.options.report == .tensorboard
      ? try EventLog(Path.join(directory, "tensorboard/\(name)"), keepingUpTo: state.step) : nil
    timing.restart(state)
  }

  /// Logs the steps since the last such line, and their pace.
  func log(_ line: MetricsLine, _ state: RunState, of steps: Int) throws -> TrainingPace {
    try metrics.append(line)
    let pace = timing.log(state, of: steps)
    events?.append(line, pace)
    return pace
  }

  /// Logs a held-out loss.
  func logHeldOut(_ line: MetricsLine) throws {
    try metrics.append(line)
    events?.append(line, nil)
  }

  /// Logs a step whose loss leapt.
  func log(_ spike: LossGuard.Spike, step: Int, rows: NamedRows) throws {
    try spikes.append(spike, step: step, rows: rows)
  }

  /// Begins to measure the pace anew, after something that is not training.
  func restartTiming(_ state: RunState) { timing.restart(state) }

  /// Writes what notebooks read.
  func writeHistory(_ state: RunState, _ plan: StepPlan, _ options: TrainingOptions) throws {
    try RunHistory(lines: lines, state: state, plan: plan, options: options).write(to: directory)
  }
}
