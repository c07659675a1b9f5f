/// How far a run is, and what it has logged.
struct TrainingProgress {
  let plan: StepPlan
  private(set) var state: RunState
  private let metrics: MetricsLog
  let timing: TimingLog

  /// All lines logged so far.
  var lines: [MetricsLine] { metrics.lines }

  init(plan: StepPlan, state: RunState, log: MetricsLog, timing: TimingLog) {
    self.plan = plan
    self.state = state
    metrics = log
    self.timing = timing
    timing.restart(state)
  }

  /// Counts a step that was done.
  mutating func add(_ outcome: StepRunner.Outcome) {
    state.position = plan.position(after: state.position)
    state.step += 1
    state.pendingLoss += Double(outcome.loss)
    state.pendingSteps += 1
    state.tokens += outcome.tokens
  }

  /// Logs the mean loss of the steps since the last such line.
  mutating func log(_ outcome: StepRunner.Outcome, rate: Double) throws -> MetricsLine {
    var line = MetricsLine(step: state.step, epoch: plan.epochs(at: state.position))
    line.loss = state.pendingLoss / Double(state.pendingSteps)
    line.learningRate = rate
    line.gradientNorm = Double(outcome.gradientNorm)
    (state.pendingLoss, state.pendingSteps) = (0, 0)
    try metrics.append(line)
    return line
  }

  /// Logs a held-out loss.
  mutating func logHeldOut(_ loss: Double) throws -> MetricsLine {
    var line = MetricsLine(step: state.step, epoch: plan.epochs(at: state.position))
    line.heldOutLoss = loss
    state.evaluatedStep = state.step
    try metrics.append(line)
    return line
  }
}
