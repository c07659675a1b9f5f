internal import Artifacts
public import Compute
internal import Foundation
internal import Modeling

/// Trains a model or an adapter, measures it, and can be stopped and started at any moment.
///
/// ```swift
/// let trainer = Trainer(job, source: batches, on: backend) { event in show(event) }
/// let result = try trainer.run()
/// ```
///
/// A run directory holds `metrics.jsonl`, `training_history.json`, `timing.jsonl`,
/// `checkpoint-N/`, and at the end `adapter/` or `model/`. A run that was killed goes on from its
/// last checkpoint with the same bits in all of them but `timing.jsonl`, the only one with a clock.
public final class Trainer {
  private let job: TrainingJob
  private let source: any BatchSource
  private let backend: any Backend
  private let observe: (TrainingEvent) -> Void
  private var options: TrainingOptions { job.options }

  /// A trainer for `job` over `source`.
  public init(
    _ job: TrainingJob, source: any BatchSource, on backend: any Backend,
    observe: @escaping (TrainingEvent) -> Void = { _ in }
  ) {
    self.job = job
    self.source = source
    self.backend = backend
    self.observe = observe
  }

  /// Trains to the end, or goes on where a checkpoint stands.
  ///
  /// - Throws: `invalidOption` if the job does not fit the model, the device or the checkpoint;
  ///   `checkFailed` if the loss is not a finite number; what reading and writing throw.
  public func run() throws -> TrainingResult {
    try check()
    let weights = try TrainedWeights(job, on: backend)
    let model = try weights.model(source, on: backend)
    let optimizer = try OptimizerState(
      model.parameters, weightDecay: options.weightDecay, on: backend)
    let setup = try fullSetup()
    var (progress, checkpoint) = try restore(optimizer, setup: setup)
    announce(model, progress: progress, checkpoint: checkpoint)
    warnOfPartialBlocks()
    let runner = try StepRunner(
      model: model, state: optimizer, options: options, source: source, on: backend)
    let heldOut = try HeldOutLoss(model, on: backend)
    if progress.state.step == 0 { try evaluate(heldOut, &progress) }
    while progress.state.step < progress.plan.steps {
      try advance(runner, &progress)
      let isLast = progress.state.step == progress.plan.steps
      if isLast || isDue(options.evaluationSteps, progress) { try evaluate(heldOut, &progress) }
      if isLast || isDue(options.savingSteps, progress) {
        try save(optimizer, setup: setup, progress)
      }
    }
    return try finish(weights, progress)
  }

  // MARK: Beginning

  private func check() throws {
    guard source.trainingBatchCount(epoch: 0) > 0 else {
      throw AksharaError(
        .invalidOption, "there are no training rows", remedy: "give shards with a train split")
    }
    guard options.method != .qlora || job.quantization.computeType == backend.computeType else {
      throw AksharaError(
        .invalidOption,
        "`bnb_4bit_compute_dtype` is \(job.quantization.computeType.rawValue), but the backend "
          + "computes in \(backend.computeType.rawValue)",
        remedy: "make the backend with the recipe's type")
    }
  }

  private func fullSetup() throws -> JSONValue {
    var setup = try job.setup()
    setup["data"] = .string(source.digest)
    return .object(setup)
  }

  private func restore(
    _ optimizer: OptimizerState, setup: JSONValue
  ) throws -> (TrainingProgress, Checkpoint?) {
    let plan = StepPlan(options, source: source)
    try Folder.make(job.directory)
    let last = Checkpoint.all(in: job.directory).last
    let restored = try last?.restore(optimizer, setup: setup, on: backend)
    if let device = restored?.device, device != backend.signature {
      observe(
        .notice(
          "the checkpoint was made on \(device) and goes on on \(backend.signature): "
            + "the last bits of the results may differ from those of one machine"))
    }
    let (state, lines) = (restored?.state ?? RunState(), restored?.metrics ?? [])
    let log = try MetricsLog(Path.join(job.directory, "metrics.jsonl"), lines: lines)
    let timing = try TimingLog(Path.join(job.directory, "timing.jsonl"))
    return (TrainingProgress(plan: plan, state: state, log: log, timing: timing), last)
  }

  private func announce(
    _ model: DecoderModel, progress: TrainingProgress, checkpoint: Checkpoint?
  ) {
    let trained = model.parameters.reduce(0) { $0 + $1.value.count }
    let base = job.model.configuration.parameterCount
    observe(
      .started(
        TrainingStart(
          steps: progress.plan.steps, stepsDone: progress.state.step,
          checkpoint: checkpoint?.path,
          parameters: base + (options.method == .full ? 0 : trained),
          trainedParameters: trained, longestBatch: source.longestBatch,
          activationBytes: 4 * model.plan.elementsPerToken * source.longestBatch)))
  }

  /// bitsandbytes 0.50 on the CPU takes the scale of block `row * (columns / 64) + column / 64`, both
  /// rounded down; where rows are not whole blocks this is not the scale it wrote.
  private func warnOfPartialBlocks() {
    let shape = job.model.configuration
    guard options.method == .qlora, job.quantization.isFourBit,
      let projection = Projection.allCases.first(where: {
        !$0.shape(in: shape).inputs.isMultiple(of: NF4Weight.blockSize)
      })
    else { return }
    observe(
      .notice(
        "the rows of `\(projection.rawValue)` have \(projection.shape(in: shape).inputs) columns, "
          + "not a multiple of \(NF4Weight.blockSize): bitsandbytes dequantizes such layers wrongly on "
          + "the CPU (not on CUDA), so the adapter will give other losses there"))
  }

  // MARK: Steps

  private func isDue(_ interval: Int?, _ progress: TrainingProgress) -> Bool {
    interval.map { progress.state.step.isMultiple(of: $0) } ?? false
  }

  private func advance(_ runner: StepRunner, _ progress: inout TrainingProgress) throws {
    let (plan, state) = (progress.plan, progress.state)
    let batches = try plan.batches(at: state.position).map {
      try source.trainingBatch(epoch: state.position.epoch, index: $0)
    }
    let rate = plan.schedule.rate(at: state.step)
    let outcome = try runner.run(batches, step: state.step, rate: rate)
    progress.add(outcome)
    let isLast = progress.state.step == plan.steps
    guard isLast || isDue(options.loggingSteps, progress) else { return }
    let line = try progress.log(outcome, rate: rate)
    let pace = try progress.timing.log(progress.state, of: plan.steps)
    observe(
      .logged(line, tokensPerSecond: pace.tokensPerSecond, secondsLeft: pace.secondsLeft))
  }

  /// Measures the held-out loss, once a step.
  private func evaluate(_ heldOut: HeldOutLoss, _ progress: inout TrainingProgress) throws {
    guard progress.state.evaluatedStep != progress.state.step else { return }
    guard let loss = try heldOut.measure(source) else { return }
    let line = try progress.logHeldOut(loss)
    observe(.evaluated(line))
    progress.timing.restart(progress.state)
  }

  private func save(
    _ optimizer: OptimizerState, setup: JSONValue, _ progress: TrainingProgress
  ) throws {
    let checkpoint = try Checkpoint.write(
      progress.state, setup: setup, optimizer: optimizer, metrics: progress.lines,
      to: job.directory, keeping: options.keptCheckpoints, on: backend)
    try AtomicFile.write(
      MetricsLog.history(of: progress.lines),
      to: Path.join(job.directory, "training_history.json"))
    observe(.saved(path: checkpoint.path))
    progress.timing.restart(progress.state)
  }

  // MARK: End

  private func finish(
    _ weights: TrainedWeights, _ progress: TrainingProgress
  ) throws -> TrainingResult {
    try AtomicFile.write(
      MetricsLog.history(of: progress.lines),
      to: Path.join(job.directory, "training_history.json"))
    let output = try weights.write(job, from: backend)
    observe(.finished(path: output))
    return TrainingResult(
      output: output, steps: progress.state.step, tokens: progress.state.tokens,
      metrics: progress.lines)
  }
}
