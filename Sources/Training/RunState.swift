internal import Artifacts

/// Where a run stands between two steps: with this it goes on as if it had never stopped.
struct RunState: Sendable, Equatable {
  /// Optimizer steps done.
  var step = 0
  /// The micro-batch that comes next.
  var position = StepPlan.Position()
  /// The sum of the losses of the steps since the last logged line.
  var pendingLoss = 0.0
  /// How many they are.
  var pendingSteps = 0
  /// Tokens trained on so far.
  var tokens = 0
  /// The last step after which the held-out loss was measured.
  var evaluatedStep: Int?
  /// The lowest held-out loss so far, and the step after which it was measured.
  var best: BestLoss?
  /// Held-out losses in a row that were no better than the best.
  var evaluationsWithoutGain = 0
  /// Whether the run ended before its last step, since the held-out loss no longer fell.
  var isStopped = false
  /// The losses of the latest steps, for the guard against spikes; oldest first.
  var recentLosses: [Double] = []

  init() {}

  var json: JSONValue {
    [
      "step": JSONValue(step), "epoch": JSONValue(position.epoch),
      "batch": JSONValue(position.batch), "pending_loss": .number(pendingLoss),
      "pending_steps": JSONValue(pendingSteps), "tokens": JSONValue(tokens),
      "evaluated_step": evaluatedStep.map { JSONValue($0) } ?? .null,
      "best": best?.json ?? .null, "evaluations_without_gain": JSONValue(evaluationsWithoutGain),
      "is_stopped": .bool(isStopped),
      "recent_losses": .array(recentLosses.map { .number($0) }),
    ]
  }

  /// Reads what `json` gives; `nil` if something is missing or below 0.
  init?(json: JSONValue) {
    func count(_ key: String) -> Int? { json[key]?.integer.flatMap { $0 >= 0 ? Int($0) : nil } }
    guard let step = count("step"), let epoch = count("epoch"), let batch = count("batch"),
      let pendingSteps = count("pending_steps"), let tokens = count("tokens"),
      let pendingLoss = json["pending_loss"]?.double,
      let withoutGain = count("evaluations_without_gain"),
      let isStopped = json["is_stopped"]?.bool, let recent = json["recent_losses"]?.array
    else { return nil }
    (self.step, position) = (step, StepPlan.Position(epoch: epoch, batch: batch))
    (self.pendingLoss, self.pendingSteps, self.tokens) = (pendingLoss, pendingSteps, tokens)
    (evaluationsWithoutGain, self.isStopped) = (withoutGain, isStopped)
    evaluatedStep = count("evaluated_step")
    best = json["best"].flatMap(BestLoss.init(json:))
    recentLosses = recent.compactMap(\.double)
  }
}

/// A held-out loss that none was below.
struct BestLoss: Sendable, Equatable {
  /// The step after which it was measured.
  var step: Int
  /// The loss.
  var loss: Double

  init(step: Int, loss: Double) {
    self.step = step
    self.loss = loss
  }

  var json: JSONValue { ["step": JSONValue(step), "eval_loss": .number(loss)] }

  init?(json: JSONValue) {
    guard let step = json["step"]?.integer, let loss = json["eval_loss"]?.double else { return nil }
    (self.step, self.loss) = (Int(step), loss)
  }
}

extension RunState {
  /// Takes a held-out loss into account.
  ///
  /// The best is the first of the lowest. For stopping, a loss must be lower than the best by more
  /// than the threshold, as in transformers' `EarlyStoppingCallback`. The loss before the first step
  /// counts for neither.
  ///
  /// - Returns: whether it is the best so far.
  mutating func judge(_ loss: Double, _ options: TrainingOptions) -> Bool {
    let before = best?.loss
    let isBetter = before.map { loss < $0 } ?? !loss.isNaN
    let isGain = before.map { loss < $0 && $0 - loss > options.patienceThreshold } ?? true
    evaluationsWithoutGain = isGain ? 0 : evaluationsWithoutGain + 1
    if isBetter { best = BestLoss(step: step, loss: loss) }
    if let patience = options.patience { isStopped = evaluationsWithoutGain >= patience }
    return isBetter
  }
}
