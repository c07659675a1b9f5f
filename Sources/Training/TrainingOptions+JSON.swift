public import Artifacts

extension TrainingOptions {
  /// Keys that change no result: what is reported, and under which name; what is made again instead of
  /// being kept; what is demanded of shards.
  package static let keysWithoutEffect: Set<String> = [
    "report_to", "run_name", "gradient_checkpointing", "gradient_checkpointing_kind",
    "accept_unproven", "require_approval",
  ]

  /// All values as they are written into manifests.
  public var json: JSONValue {
    func count(_ value: Int?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    var object: JSONObject = [
      "method": .string(method.rawValue), "init": .string(initialization.rawValue),
      "seed": JSONValue(seed), "learning_rate": .number(learningRate),
      "num_train_epochs": .number(epochs), "max_steps": count(maximumSteps),
      "per_device_train_batch_size": JSONValue(batchSize),
      "gradient_accumulation_steps": JSONValue(accumulation),
      "lr_scheduler_type": .string(schedule.rawValue), "warmup_ratio": .number(warmupRatio),
      "warmup_steps": count(warmupSteps), "optim": .string(optimizer.rawValue),
      "adam_beta1": .number(beta1), "adam_beta2": .number(beta2),
      "adam_epsilon": .number(epsilon), "weight_decay": .number(weightDecay),
      "max_grad_norm": .number(maximumGradientNorm), "logging_steps": JSONValue(loggingSteps),
    ]
    if schedule == .cosineWithMinimum {
      object.append("lr_scheduler_kwargs", ["min_lr_rate": .number(minimumRate)])
    }
    for (key, value) in layout.pairs { object.append(key, value) }
    appendControl(to: &object)
    return .object(object)
  }

  private func appendControl(to object: inout JSONObject) {
    for (prefix, occasion) in [("eval", evaluation), ("save", saving)] {
      object.append("\(prefix)_strategy", .string(occasion.name))
      object.append("\(prefix)_steps", occasion.interval.map { JSONValue($0) } ?? .null)
    }
    let rest: JSONObject = [
      "save_total_limit": JSONValue(keptCheckpoints), "group_by_length": .bool(groupsByLength),
      "accept_unproven": .array(acceptUnproven.map { .string($0.rawValue) }),
      "require_approval": .bool(requiresApproval),
      "early_stopping_patience": patience.map { JSONValue($0) } ?? .null,
      "early_stopping_threshold": .number(patienceThreshold),
      "load_best_model_at_end": .bool(keepsBest), "loss_spike_threshold": .number(spikeThreshold),
      "on_loss_spike": .string(spikeAction.rawValue), "report_to": .string(report.rawValue),
      "run_name": runName.map { .string($0) } ?? .null, "bf16": .bool(usesBFloat16),
      "gradient_checkpointing": .bool(checkpointing != .none),
      "gradient_checkpointing_kind": .string(checkpointing.rawValue),
    ]
    for pair in rest.pairs { object.append(pair.key, pair.value) }
  }

  /// The values that the results depend on: what is compared when a run goes on.
  var resultJSON: JSONValue {
    guard case .object(var object) = json else { return json }
    for key in Self.keysWithoutEffect { object[key] = nil }
    return .object(object)
  }
}

extension TrainingOptions.Occasion {
  fileprivate var name: String {
    switch self {
    case .never: "no"
    case .steps: "steps"
    case .epochs: "epoch"
    }
  }

  fileprivate var interval: Int? {
    if case .steps(let interval) = self { interval } else { nil }
  }
}
