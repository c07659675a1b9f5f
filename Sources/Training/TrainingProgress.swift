/// How far a run is, and what it has logged.
struct TrainingProgress {
  let plan: StepPlan
  let logs: RunLogs
  private(set) var state: RunState
  private let options: TrainingOptions

  init(plan: StepPlan, state: RunState, options: TrainingOptions, logs: RunLogs) {
    self.plan = plan
    self.state = state
    self.options = options
    self.logs = logs
  }

  /// Whether no step follows.
  var isDone: Bool { state.step >= plan.steps || state.isStopped }

  /// Whether something that happens at `occasion` is due after the step that was done last.
  func isDue(_ occasion: TrainingOptions.Occasion) -> Bool {
    switch occasion {
    case .never: false
    case .steps(let interval): state.step.isMultiple(of: interval)
    case .epochs: state.step > 0 && state.position.batch == 0
    }
  }

  /// Counts a step that was done, and says whether its loss leapt.
  mutating func add(_ outcome: StepRunner.Outcome) -> LossGuard.Spike? {
    state.position = plan.position(after: state.position)
    state.step += 1
    state.pendingLoss += Double(outcome.loss)
    state.pendingSteps += 1
    state.tokens += outcome.tokens
    return LossGuard(threshold: options.spikeThreshold).judge(
      Double(outcome.loss), after: &state.recentLosses)
  }

  /// Logs the mean loss of the steps since the last such line.
  mutating func log(
    _ outcome: StepRunner.Outcome, rate: Double
  ) throws -> (MetricsLine, TrainingPace) {
    var line = MetricsLine(step: state.step, epoch: plan.epochs(at: state.position))
    line.loss = state.pendingLoss / Double(state.pendingSteps)
    line.learningRate = rate
    line.gradientNorm = Double(outcome.gradientNorm)
    (state.pendingLoss, state.pendingSteps) = (0, 0)
    return (line, try logs.log(line, state, of: plan.steps))
  }

  /// Logs a held-out loss, and says whether it is the best so far.
  mutating func logHeldOut(_ loss: Double) throws -> (line: MetricsLine, isBest: Bool) {
    var line = MetricsLine(step: state.step, epoch: plan.epochs(at: state.position))
    line.heldOutLoss = loss
    state.evaluatedStep = state.step
    try logs.logHeldOut(line)
    return (line, state.step > 0 && state.judge(loss, options))
  }
}
