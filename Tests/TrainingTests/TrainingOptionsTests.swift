import Artifacts
import Compute
import Modeling
import Testing

@testable import Training

@Suite struct TrainingOptionsTests {
  private let place = SourceLocation(file: "recipe.yaml", line: 7)

  private func read(_ entries: [(String, JSONValue)]) throws -> TrainingOptions {
    let table = entries.map {
      OptionNode.Entry(key: $0.0, node: OptionNode(json: $0.1, at: place))
    }
    var reader = try OptionReader(OptionNode(.table(table), at: place), section: "training")
    return try TrainingOptions(reading: &reader)
  }

  private func message(_ entries: (String, JSONValue)...) -> String {
    do {
      _ = try read(entries)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func everyKeyIsRead() throws {
    let options = try read([
      ("method", "full"), ("init", "random"), ("seed", 7), ("learning_rate", "2e-3"),
      ("num_train_epochs", 1.5), ("max_steps", 100), ("per_device_train_batch_size", 4),
      ("gradient_accumulation_steps", 3), ("lr_scheduler_type", "linear"),
      ("warmup_ratio", 0.1), ("warmup_steps", 9), ("optim", "adamw_torch"),
      ("adam_beta1", 0.8), ("adam_beta2", 0.95), ("adam_epsilon", 1e-6),
      ("weight_decay", 0.1), ("max_grad_norm", 0.5), ("logging_steps", 2), ("eval_steps", 20),
      ("save_steps", 30), ("save_total_limit", 5), ("group_by_length", true),
      ("packing_strategy", "bfd"), ("padding_free", true),
    ])
    var expected = TrainingOptions()
    expected.method = .full
    expected.initialization = .random
    expected.seed = 7
    expected.learningRate = 2e-3
    expected.epochs = 1.5
    expected.maximumSteps = 100
    expected.batchSize = 4
    expected.accumulation = 3
    expected.schedule = .linear
    expected.warmupRatio = 0.1
    expected.warmupSteps = 9
    expected.beta1 = 0.8
    expected.beta2 = 0.95
    expected.epsilon = 1e-6
    expected.weightDecay = 0.1
    expected.maximumGradientNorm = 0.5
    expected.loggingSteps = 2
    expected.evaluation = .steps(20)
    expected.saving = .steps(30)
    expected.keptCheckpoints = 5
    expected.groupsByLength = true
    #expect(options == expected)
    #expect(try read([]) == TrainingOptions())
  }

  @Test func packingIsReadAndPaddingRefused() throws {
    #expect(try read([("packing", true)]).layout.packing)
    #expect(
      message(("packing", true), ("group_by_length", true))
        == "recipe.yaml:7: `packing` and `group_by_length` cannot both be true; leave "
        + "`group_by_length` out: packs are of one length")
    #expect(message(("packing_strategy", "wrapped")).contains("use one of: bfd"))
    for (key, value) in [("padding_side", "left"), ("pad_to_multiple_of", 8)]
      as [(String, JSONValue)]
    {
      #expect(
        message((key, value))
          == "recipe.yaml:7: `\(key)` has no meaning here: training lays rows end to end and pads "
          + "nothing; leave it out")
    }
    #expect(message(("padding_free", false)).contains("`padding_free: false` has no meaning here"))
  }

  @Test func whatIsWrittenIntoManifestsCanBeReadBack() throws {
    var options = TrainingOptions()
    options.maximumSteps = 12
    let pairs = try #require(options.json.object).pairs.map { ($0.key, $0.value) }
    #expect(try read(pairs) == options)
  }

  @Test func checkpointingIsASwitchWithAKind() throws {
    #expect(try read([("gradient_checkpointing", true)]).checkpointing == .layer)
    #expect(try read([("gradient_checkpointing", false)]).checkpointing == .none)
    let selective: [(String, JSONValue)] = [("gradient_checkpointing_kind", "selective")]
    #expect(try read(selective).checkpointing == .selective)
    #expect(try read(selective + [("gradient_checkpointing", true)]).checkpointing == .selective)
    #expect(
      message(("gradient_checkpointing", true), ("gradient_checkpointing_kind", "none"))
        .contains("contradicts"))
  }

  @Test func oneTypeIsForAllProducts() throws {
    let options = try read([("method", "lora"), ("bf16", true)])
    #expect(options.computeType(QuantizationOptions()) == .bfloat16)
    #expect(try read([("method", "lora")]).computeType(QuantizationOptions()) == .float32)
    let narrow = QuantizationOptions(computeType: .bfloat16)
    #expect(try read([("method", "qlora")]).computeType(narrow) == .bfloat16)
    // What runs again changes no result, so a run may go on with another choice.
    let kind: [(String, JSONValue)] = [("gradient_checkpointing_kind", "layer")]
    #expect(try read(kind).resultJSON == TrainingOptions().resultJSON)
    #expect(try read([("bf16", true)]).resultJSON != TrainingOptions().resultJSON)
  }

  @Test func controlIsReadByTheNamesOfTransformers() throws {
    let options = try read([
      ("optim", "paged_adamw_8bit"), ("eval_strategy", "epoch"), ("save_strategy", "no"),
      ("early_stopping_patience", 3), ("early_stopping_threshold", 0.01),
      ("load_best_model_at_end", true), ("metric_for_best_model", "eval_loss"),
      ("greater_is_better", false), ("loss_spike_threshold", 0), ("on_loss_spike", "stop"),
      ("report_to", "tensorboard"), ("run_name", "first-try"),
      ("lr_scheduler_type", "constant_with_warmup"),
    ])
    #expect(options.optimizer == .pagedAdamw8bit)
    #expect(options.evaluation == .epochs && options.saving == .never)
    #expect(options.patience == 3 && options.patienceThreshold == 0.01 && options.keepsBest)
    #expect(options.spikeThreshold == 0 && options.spikeAction == .stop)
    #expect(options.report == .tensorboard && options.runName == "first-try")
    // Without an interval, losses are measured as often as they are logged.
    #expect(try read([("eval_strategy", "steps"), ("logging_steps", 7)]).evaluation == .steps(7))
  }

  @Test func contradictionsAreRefused() {
    #expect(
      message(("eval_strategy", "epoch"), ("eval_steps", 5)).contains("`eval_steps` means nothing"))
    #expect(message(("load_best_model_at_end", true)).contains("set `eval_strategy: epoch`"))
    #expect(message(("early_stopping_patience", 2)).contains("needs held-out losses"))
    #expect(message(("greater_is_better", true)).contains("lowest held-out loss"))
    #expect(message(("run_name", "../up")).contains("`run_name` is \"../up\""))
    #expect(message(("lr_scheduler_type", "cosine_with_min_lr")).contains("min_lr_rate"))
  }

  @Test func whatCannotBeIsRefusedWithThePlaceAndTheRemedy() {
    #expect(
      message(("method", "dpo"))
        == "recipe.yaml:7: `training.method` cannot be \"dpo\"; use one of: qlora, lora, full")
    #expect(message(("learning_rate", 11)).contains("`training.learning_rate` is 11"))
    #expect(message(("gradient_accumulation_steps", 0)).contains("give a value from 1"))
    #expect(message(("lr", 1)).contains("write `learning_rate`"))
    #expect(message(("num_epochs", 1)).contains("write `num_train_epochs`"))
    #expect(message(("learning_rat", 1)).contains("did you mean `learning_rate`?"))
    #expect(message(("optim", "sgd")).contains("adamw_torch"))
    #expect(message(("init", "random")).contains("leaves nothing for `method: qlora` to adapt"))
    #expect(
      message(("warmup_steps", 5), ("max_steps", 4)).contains("`warmup_steps` 5 is above"))
  }
}

@Suite struct LearningRateScheduleTests {
  private func rates(_ shape: LearningRateSchedule.Shape, _ steps: [Int]) -> [Double] {
    let schedule = LearningRateSchedule(shape: shape, peak: 8, warmupSteps: 4, steps: 20)
    return steps.map(schedule.rate)
  }

  @Test func theRateRisesInAStraightLineFromZero() {
    for shape in LearningRateSchedule.Shape.allCases {
      #expect(rates(shape, [0, 1, 2, 3]) == [0, 2, 4, 6])
    }
  }

  @Test func itThenMovesAsTransformersMovesIt() {
    #expect(rates(.cosine, [4, 12]) == [8, 4])
    #expect(abs(rates(.cosine, [5])[0] - 7.923_141_121_612_921) < 1e-12)
    #expect(rates(.linear, [4, 12, 19]) == [8, 4, 0.5])
    #expect(rates(.constant, [4, 12, 19]) == [8, 8, 8])
    #expect(rates(.constantWithWarmup, [1, 4, 19]) == [2, 8, 8])
    let ending = LearningRateSchedule(
      shape: .cosineWithMinimum, peak: 8, warmupSteps: 4, steps: 20, minimum: 0.25)
    #expect([4, 12, 20].map(ending.rate) == [8, 5, 2])
  }

  @Test func aScheduleWithoutWarmUpBeginsAtItsPeak() {
    let schedule = LearningRateSchedule(shape: .cosine, peak: 3, warmupSteps: 0, steps: 10)
    #expect(schedule.rate(at: 0) == 3)
  }
}

@Suite struct StepPlanTests {
  /// A source of so many micro-batches an epoch.
  private struct CountingSource: BatchSource {
    let count: Int
    var digest: String { "" }
    var longestBatch: Int { 1 }
    var longestRow: Int { 1 }
    func trainingBatchCount(epoch: Int) -> Int { count }
    func trainingBatch(epoch: Int, index: Int) throws -> SourceBatch {
      SourceBatch(input: .init([]), rows: [])
    }
    func name(ofTrainingRow row: Int) -> String { "" }
    var heldOutBatchCount: Int { 0 }
    func heldOutBatch(_ index: Int) throws -> SourceBatch {
      try trainingBatch(epoch: 0, index: 0)
    }
  }

  private func plan(
    batches: Int, _ change: (inout TrainingOptions) -> Void
  ) -> StepPlan {
    var options = TrainingOptions()
    change(&options)
    return StepPlan(options, source: CountingSource(count: batches))
  }

  @Test func anEpochsLastStepTakesWhatIsLeft() {
    let plan = plan(batches: 5) {
      $0.accumulation = 2
      $0.epochs = 2
    }
    #expect(plan.steps == 6)
    var position = StepPlan.Position()
    var steps: [String] = []
    for _ in 0..<plan.steps {
      steps.append("\(position.epoch):\(plan.batches(at: position))")
      position = plan.position(after: position)
    }
    #expect(steps == ["0:0..<2", "0:2..<4", "0:4..<5", "1:0..<2", "1:2..<4", "1:4..<5"])
    #expect(plan.epochs(at: position) == 2)
    #expect(plan.epochs(at: .init(epoch: 1, batch: 4)) == 1.8)
  }

  @Test func fractionsOfEpochsAreRoundedUp() {
    #expect(plan(batches: 10) { $0.epochs = 2.1 }.steps == 21)
    #expect(plan(batches: 10) { $0.epochs = 0.25 }.steps == 3)
    #expect(plan(batches: 10) { $0.epochs = 0.01 }.steps == 1)
    #expect(plan(batches: 10) { $0.maximumSteps = 3 }.steps == 3)
  }

  @Test func warmUpIsARatioRoundedUpOrANumberOfSteps() {
    #expect(plan(batches: 11) { $0.warmupRatio = 0.1 }.schedule.warmupSteps == 4)
    let both = plan(batches: 11) {
      $0.warmupRatio = 0.1
      $0.warmupSteps = 7
    }
    #expect(both.schedule.warmupSteps == 7)
  }
}
