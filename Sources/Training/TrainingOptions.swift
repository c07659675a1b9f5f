public import Artifacts
public import Batching

/// What is trained, and how: the recipe's `training` table.
///
/// Keys and defaults are those of transformers' `TrainingArguments`, unless a comment says why not.
public struct TrainingOptions: Sendable, Equatable {
  /// What is trained.
  public enum Method: String, Sendable, CaseIterable {
    /// An adapter over a base in 4-bit NormalFloat.
    case qlora
    /// An adapter over a base in full precision.
    case lora
    /// All parameters.
    case full
  }

  /// Where the base's weights come from.
  public enum Initialization: String, Sendable, CaseIterable {
    /// The model folder.
    case pretrained
    /// The seed; the folder's `config.json` gives the shape.
    case random
  }

  /// Optimizers.
  public enum Optimizer: String, Sendable, CaseIterable {
    /// AdamW with float32 state.
    case adamwTorch = "adamw_torch"
  }

  /// What is trained (`method`).
  public var method = Method.qlora
  /// Where the weights come from (`init`).
  public var initialization = Initialization.pretrained
  /// The one seed: of initial values, of the order of the data and of dropout (`seed`).
  public var seed: UInt64 = 42
  /// The learning rate after warm-up (`learning_rate`). 2e-4: Dettmers et al. 2023, table 9.
  public var learningRate = 2e-4
  /// Passes over the training rows; may be a fraction (`num_train_epochs`).
  public var epochs = 3.0
  /// Optimizer steps; if given, `epochs` does not count (`max_steps`).
  public var maximumSteps: Int?
  /// Rows of a micro-batch (`per_device_train_batch_size`).
  public var batchSize = 8
  /// Micro-batches of an optimizer step (`gradient_accumulation_steps`).
  public var accumulation = 1
  /// How the learning rate moves (`lr_scheduler_type`).
  public var schedule = LearningRateSchedule.Shape.cosine
  /// The share of all steps in which the rate rises from 0, rounded up (`warmup_ratio`).
  public var warmupRatio = 0.0
  /// The number of these steps; if given, `warmupRatio` does not count (`warmup_steps`).
  public var warmupSteps: Int?
  /// The optimizer (`optim`).
  public var optimizer = Optimizer.adamwTorch
  /// β₁ (`adam_beta1`).
  public var beta1 = 0.9
  /// β₂ (`adam_beta2`).
  public var beta2 = 0.999
  /// ε (`adam_epsilon`).
  public var epsilon = 1e-8
  /// λ; not on norms and biases (`weight_decay`).
  public var weightDecay = 0.0
  /// The gradient norm above which gradients are scaled down; 0: never (`max_grad_norm`).
  public var maximumGradientNorm = 1.0
  /// Steps between two lines of `metrics.jsonl` (`logging_steps`).
  public var loggingSteps = 10
  /// Steps between two held-out losses; `nil`: only before the first and after the last step
  /// (`eval_steps`).
  public var evaluationSteps: Int?
  /// Steps between two checkpoints (`save_steps`).
  public var savingSteps = 500
  /// How many checkpoints are kept (`save_total_limit`).
  public var keptCheckpoints = 2
  /// Whether rows of like length come together (`group_by_length`).
  public var groupsByLength = false
  /// What the proof of a shard set from another tool may leave open (`accept_unproven`).
  public var acceptUnproven: [SupervisionProof.Unproven] = []
  /// Whether somebody must have approved the shard set (`require_approval`).
  public var requiresApproval = false

  /// The defaults.
  public init() {}

  /// Reads the keys named above.
  ///
  /// - Throws: `invalidOption` for an unknown key or a value out of bounds.
  public init(reading reader: inout OptionReader) throws {
    let steps = 1...1_000_000_000
    method = try reader.choice("method", Method.self) ?? method
    initialization = try reader.choice("init", Initialization.self) ?? initialization
    seed = UInt64(try reader.integer("seed", in: 0...Int(Int64.max)) ?? Int(seed))
    learningRate = try reader.number("learning_rate", in: 0...10) ?? learningRate
    epochs = try reader.number("num_train_epochs", in: 1e-6...1e6) ?? epochs
    maximumSteps = try reader.integer("max_steps", in: steps)
    batchSize = try reader.integer("per_device_train_batch_size", in: 1...65_536) ?? batchSize
    accumulation =
      try reader.integer("gradient_accumulation_steps", in: 1...65_536) ?? accumulation
    schedule = try reader.choice("lr_scheduler_type", LearningRateSchedule.Shape.self) ?? schedule
    warmupRatio = try reader.number("warmup_ratio", in: 0...1) ?? warmupRatio
    warmupSteps = try reader.integer("warmup_steps", in: 0...steps.upperBound)
    optimizer = try reader.choice("optim", Optimizer.self) ?? optimizer
    beta1 = try reader.number("adam_beta1", in: 0...0.999_999) ?? beta1
    beta2 = try reader.number("adam_beta2", in: 0...0.999_999_9) ?? beta2
    epsilon = try reader.number("adam_epsilon", in: 1e-30...1) ?? epsilon
    weightDecay = try reader.number("weight_decay", in: 0...10) ?? weightDecay
    maximumGradientNorm = try reader.number("max_grad_norm", in: 0...1e9) ?? maximumGradientNorm
    loggingSteps = try reader.integer("logging_steps", in: steps) ?? loggingSteps
    evaluationSteps = try reader.integer("eval_steps", in: steps)
    savingSteps = try reader.integer("save_steps", in: steps) ?? savingSteps
    keptCheckpoints = try reader.integer("save_total_limit", in: 1...10_000) ?? keptCheckpoints
    groupsByLength = try reader.boolean("group_by_length") ?? groupsByLength
    acceptUnproven = try Self.unproven(try reader.strings("accept_unproven"), at: reader.location)
    requiresApproval = try reader.boolean("require_approval") ?? requiresApproval
    try reader.finish()
    try check(at: reader.location)
  }

  private static func unproven(
    _ names: [String]?, at location: SourceLocation
  ) throws -> [SupervisionProof.Unproven] {
    try (names ?? []).map { name in
      if let unproven = SupervisionProof.Unproven(rawValue: name) { return unproven }
      let known = SupervisionProof.Unproven.allCases.map(\.rawValue).joined(separator: ", ")
      throw AksharaError(
        .invalidOption, "`accept_unproven` names `\(name)`", at: location, remedy: "use: \(known)")
    }
  }

  /// Refuses values that contradict each other.
  private func check(at location: SourceLocation) throws {
    if initialization == .random && method != .full {
      throw AksharaError(
        .invalidOption, "`init: random` leaves nothing for `method: \(method.rawValue)` to adapt",
        at: location, remedy: "use `method: full`, or `init: pretrained`")
    }
    if let warmupSteps, let maximumSteps, warmupSteps > maximumSteps {
      throw AksharaError(
        .invalidOption, "`warmup_steps` \(warmupSteps) is above `max_steps` \(maximumSteps)",
        at: location, remedy: "lower `warmup_steps`")
    }
  }

  /// All values as they are written into manifests and compared when a run goes on.
  public var json: JSONValue {
    func count(_ value: Int?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    return [
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
      "eval_steps": count(evaluationSteps), "save_steps": JSONValue(savingSteps),
      "save_total_limit": JSONValue(keptCheckpoints), "group_by_length": .bool(groupsByLength),
      "accept_unproven": .array(acceptUnproven.map { .string($0.rawValue) }),
      "require_approval": .bool(requiresApproval),
    ]
  }
}
