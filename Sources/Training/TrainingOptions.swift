public import Artifacts
public import Batching
public import Modeling

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

  /// Optimizers, by transformers' names.
  public enum Optimizer: String, Sendable, CaseIterable {
    /// AdamW with float32 state.
    case adamwTorch = "adamw_torch"
    /// AdamW with state in 8 bits, as bitsandbytes keeps it; float32 for parameters of fewer than
    /// 4,096 elements.
    case adamw8bit = "adamw_8bit"
    /// The same steps. Paging moves state between a GPU and the host; on the CPU there is nothing to
    /// move.
    case pagedAdamw8bit = "paged_adamw_8bit"
    /// The same steps as `adamw_torch`; see above.
    case pagedAdamw32bit = "paged_adamw_32bit"

    /// Whether large parameters have their state in 8 bits.
    public var isEightBit: Bool { self == .adamw8bit || self == .pagedAdamw8bit }
  }

  /// When something is done that is not done in every step.
  public enum Occasion: Sendable, Hashable {
    /// Not while training.
    case never
    /// After every so many steps.
    case steps(Int)
    /// After every epoch.
    case epochs
  }

  /// What happens when a step's loss leaps.
  public enum SpikeAction: String, Sendable, CaseIterable {
    /// The rows are named and the run goes on.
    case warn
    /// The rows are named and the run stops.
    case stop
  }

  /// Where metrics go besides the run directory's own files.
  public enum Report: String, Sendable, CaseIterable {
    /// Nowhere.
    case none
    /// Event files that TensorBoard reads.
    case tensorboard
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
  /// How rows are laid into micro-batches (`packing`, `packing_strategy`).
  public var layout = BatchLayout()
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
  /// When the held-out loss is measured, besides before the first and after the last step
  /// (`eval_strategy`, `eval_steps`).
  public var evaluation = Occasion.never
  /// When checkpoints are written, besides after the last step; `never`: not even then
  /// (`save_strategy`, `save_steps`).
  public var saving = Occasion.steps(500)
  /// How many checkpoints are kept (`save_total_limit`).
  public var keptCheckpoints = 2
  /// Whether rows of like length come together (`group_by_length`).
  public var groupsByLength = false
  /// Whether products are made of bfloat16 factors, with float32 sums (`bf16`). On the CPU several times
  /// as fast where the processor multiplies bfloat16; float32 is the reference, and the default.
  public var usesBFloat16 = false
  /// What is made again in the backward pass instead of being kept (`gradient_checkpointing`,
  /// `gradient_checkpointing_kind`). Results do not depend on it, memory and time do.
  public var checkpointing = ActivationCheckpointing.none
  /// What the proof of a shard set from another tool may leave open (`accept_unproven`).
  public var acceptUnproven: [SupervisionProof.Unproven] = []
  /// Whether somebody must have approved the shard set (`require_approval`).
  public var requiresApproval = false
  /// Held-out losses in a row that are no better than the best before training stops; `nil`: it never
  /// stops early (`early_stopping_patience`).
  public var patience: Int?
  /// How much lower than the best a held-out loss must be to count as better for stopping
  /// (`early_stopping_threshold`).
  public var patienceThreshold = 0.0
  /// Whether the parameters with the lowest held-out loss are what is left at the end
  /// (`load_best_model_at_end`).
  public var keepsBest = false
  /// The share of the peak at which `cosine_with_min_lr` ends (`lr_scheduler_kwargs`: `min_lr_rate`,
  /// or `min_lr`, a rate).
  public var minimumRate = 0.0
  /// How many typical deviations above the median of recent losses a step's loss counts as a spike;
  /// 0: none does (`loss_spike_threshold`).
  public var spikeThreshold = 8.0
  /// What a spike does (`on_loss_spike`).
  public var spikeAction = SpikeAction.warn
  /// Where metrics go (`report_to`).
  public var report = Report.none
  /// The run's name in reports; `nil`: project and time (`run_name`).
  public var runName: String?

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
    layout = try BatchLayout(reading: &reader)
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
    evaluation = try Self.occasion(
      &reader, "eval", unsaid: .never, steps: loggingSteps)
    saving = try Self.occasion(&reader, "save", unsaid: saving, steps: 500)
    keptCheckpoints = try reader.integer("save_total_limit", in: 1...10_000) ?? keptCheckpoints
    groupsByLength = try reader.boolean("group_by_length") ?? groupsByLength
    acceptUnproven = try Self.unproven(try reader.strings("accept_unproven"), at: reader.location)
    requiresApproval = try reader.boolean("require_approval") ?? requiresApproval
    try readControl(&reader)
    usesBFloat16 = try reader.boolean("bf16") ?? usesBFloat16
    checkpointing = try Self.checkpointing(&reader)
    minimumRate = try minimumRate(&reader)
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
}
