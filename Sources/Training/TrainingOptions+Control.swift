internal import Artifacts

extension TrainingOptions {
  /// The names of occasions: transformers' `IntervalStrategy`.
  private enum Strategy: String, CaseIterable {
    case no, steps, epoch
  }

  /// Transformers' metric names that mean the held-out loss.
  private enum BestMetric: String, CaseIterable {
    case loss
    case heldOutLoss = "eval_loss"
  }

  /// Reads `PREFIX_strategy` and `PREFIX_steps`.
  ///
  /// - Parameters:
  ///   - unsaid: what holds where neither is given.
  ///   - steps: the interval of `steps` where it is not given.
  static func occasion(
    _ reader: inout OptionReader, _ prefix: String, unsaid: Occasion, steps: Int
  ) throws -> Occasion {
    let strategy = try reader.choice("\(prefix)_strategy", Strategy.self)
    let node = reader.node("\(prefix)_steps")
    let interval = try reader.integer("\(prefix)_steps", in: 1...1_000_000_000)
    switch strategy {
    case nil: return interval.map { .steps($0) } ?? unsaid
    case .steps: return .steps(interval ?? steps)
    case .no, .epoch:
      guard let node else { return strategy == .no ? .never : .epochs }
      throw AksharaError(
        .invalidOption,
        "`\(prefix)_steps` means nothing under `\(prefix)_strategy: \(strategy?.rawValue ?? "")`",
        at: node.location, remedy: "remove it, or use `\(prefix)_strategy: steps`")
    }
  }

  /// Reads when to stop, what to keep, what to watch and where to report.
  mutating func readControl(_ reader: inout OptionReader) throws {
    patience = try reader.integer("early_stopping_patience", in: 1...1_000_000)
    patienceThreshold =
      try reader.number("early_stopping_threshold", in: 0...1e6) ?? patienceThreshold
    keepsBest = try reader.boolean("load_best_model_at_end") ?? keepsBest
    _ = try reader.choice("metric_for_best_model", BestMetric.self)
    if let node = reader.node("greater_is_better"), node.value != .scalar(false) {
      throw AksharaError(
        .invalidOption, "`greater_is_better` is \(node.json.compactString)", at: node.location,
        remedy: "the best model is the one with the lowest held-out loss: leave it out")
    }
    spikeThreshold = try reader.number("loss_spike_threshold", in: 0...1e6) ?? spikeThreshold
    spikeAction = try reader.choice("on_loss_spike", SpikeAction.self) ?? spikeAction
    report = try reader.choice("report_to", Report.self) ?? report
    runName = try runName(&reader)
  }

  private func runName(_ reader: inout OptionReader) throws -> String? {
    guard let node = reader.node("run_name"), let name = try reader.string("run_name") else {
      return nil
    }
    // The name becomes a folder: nothing in it may lead elsewhere.
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil else {
      throw AksharaError(
        .invalidOption, "`run_name` is \"\(name)\"", at: node.location,
        remedy: "use letters, digits, '.', '_' and '-'")
    }
    return name
  }

  /// Reads `lr_scheduler_kwargs`.
  func minimumRate(_ reader: inout OptionReader) throws -> Double {
    let isWritten = reader.node("lr_scheduler_kwargs") != nil
    var table = try reader.table("lr_scheduler_kwargs")
    let share = try table.number("min_lr_rate", in: 0...1)
    let rate = try table.number("min_lr", in: 0...10)
    try table.finish()
    let wants = schedule == .cosineWithMinimum
    guard wants == (share != nil || rate != nil), share == nil || rate == nil,
      !isWritten || wants
    else {
      throw AksharaError(
        .invalidOption,
        "`lr_scheduler_type: \(schedule.rawValue)` does not fit `lr_scheduler_kwargs`",
        at: reader.location,
        remedy: "cosine_with_min_lr takes one of `min_lr_rate` and `min_lr` there; others nothing")
    }
    return share ?? rate.map { learningRate > 0 ? min(1, $0 / learningRate) : 0 } ?? 0
  }

  /// Refuses values that contradict each other.
  func check(at location: SourceLocation) throws {
    if initialization == .random && method != .full {
      throw AksharaError(
        .invalidOption, "`init: random` leaves nothing for `method: \(method.rawValue)` to adapt",
        at: location, remedy: "use `method: full`, or `init: pretrained`")
    }
    if layout.packing && groupsByLength {
      throw AksharaError(
        .invalidOption, "`packing` and `group_by_length` cannot both be true", at: location,
        remedy: "leave `group_by_length` out: packs are of one length")
    }
    if let warmupSteps, let maximumSteps, warmupSteps > maximumSteps {
      throw AksharaError(
        .invalidOption, "`warmup_steps` \(warmupSteps) is above `max_steps` \(maximumSteps)",
        at: location, remedy: "lower `warmup_steps`")
    }
    if evaluation == .never, patience != nil || keepsBest {
      let key = patience != nil ? "early_stopping_patience" : "load_best_model_at_end"
      throw AksharaError(
        .invalidOption, "`\(key)` needs held-out losses, but `eval_strategy` is no", at: location,
        remedy: "set `eval_strategy: epoch`, or `eval_steps`")
    }
  }
}
