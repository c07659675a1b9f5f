internal import Artifacts

/// What notebooks read after a run, made from the lines of `metrics.jsonl`.
///
///     training_history.json    [{"step": 5, "epoch": 0.2, "loss": 3.1, "learning_rate": …}, …,
///                               {"step": 20, "epoch": 1, "eval_loss": 2.9}]
///     trainer_state.json       {"log_history": the same list, "best_metric": …, "global_step": …}
///
/// The first is `trainer.state.log_history` as notebooks save it: `pandas.DataFrame(history)` has the
/// columns `loss`, `eval_loss` and `epoch`. The second has the keys that notebooks take from
/// transformers' file of the same name.
struct RunHistory {
  let lines: [MetricsLine]
  let state: RunState
  let plan: StepPlan
  let options: TrainingOptions

  private var log: JSONValue { .array(lines.map(\.json)) }

  private var trainerState: JSONValue {
    let keepsBest = options.keepsBest || options.patience != nil
    return [
      "best_global_step": state.best.flatMap { keepsBest ? JSONValue($0.step) : nil } ?? .null,
      "best_metric": state.best.flatMap { keepsBest ? .number($0.loss) : nil } ?? .null,
      "epoch": .number(plan.epochs(at: state.position)), "global_step": JSONValue(state.step),
      "max_steps": JSONValue(plan.steps), "num_train_epochs": .number(options.epochs),
      "num_input_tokens_seen": JSONValue(state.tokens),
      "train_batch_size": JSONValue(options.batchSize), "log_history": log,
    ]
  }

  /// Writes both files, each whole or not at all.
  ///
  /// - Throws: `unwritable`.
  func write(to directory: String) throws {
    try AtomicFile.write(log.pretty, to: Path.join(directory, "training_history.json"))
    try AtomicFile.write(trainerState.pretty, to: Path.join(directory, "trainer_state.json"))
  }
}
