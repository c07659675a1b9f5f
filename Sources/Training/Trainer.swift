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
/// A run directory holds the files of `RunLogs`, `checkpoint-N/`, and at the end `adapter/` or `model/`.
/// A run that was killed goes on from its last checkpoint with the same bits in all of them but those
/// that carry times.
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
      model.parameters, optimizer: options.optimizer, weightDecay: options.weightDecay,
      on: backend)
    let setup = try fullSetup()
    var (progress, checkpoint) = try restore(optimizer, setup: setup)
    announce(model, progress: progress, checkpoint: checkpoint)
    warnOfPartialBlocks()
    let runner = try StepRunner(
      model: model, state: optimizer, options: options, source: source, on: backend)
    let heldOut = try HeldOutLoss(model, on: backend)
    if progress.state.step == 0 { try evaluate(heldOut, optimizer, &progress) }
    while !progress.isDone {
      try advance(runner, &progress)
      if progress.isDone || progress.isDue(options.evaluation) {
        try evaluate(heldOut, optimizer, &progress)
      }
      if options.saving != .never, progress.isDone || progress.isDue(options.saving) {
        try save(optimizer, setup: setup, progress)
      }
    }
    return try finish(weights, optimizer, progress)
  }

  // MARK: Beginning

  private func check() throws {
    guard source.trainingBatchCount(epoch: 0) > 0 else {
      throw AksharaError(
        .invalidOption, "there are no training rows", remedy: "give shards with a train split")
    }
    guard source.heldOutBatchCount > 0 || (options.patience == nil && !options.keepsBest) else {
      throw AksharaError(
        .invalidOption,
        "`early_stopping_patience` and `load_best_model_at_end` need held-out rows, but there is no "
          + "validation split",
        remedy: "set `curation.validation_fraction`, or leave them out")
    }
    let wanted = options.computeType(job.quantization)
    guard wanted == backend.computeType else {
      throw AksharaError(
        .invalidOption,
        "products are to be made in \(wanted.rawValue) (`bf16`, `bnb_4bit_compute_dtype`), but the "
          + "backend makes them in \(backend.computeType.rawValue)",
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
    let logs = try RunLogs(job, at: state, lines: lines)
    return (TrainingProgress(plan: plan, state: state, options: options, logs: logs), last)
  }

  private func announce(
    _ model: DecoderModel, progress: TrainingProgress, checkpoint: Checkpoint?
  ) {
    let trained = model.parameters.reduce(0) { $0 + $1.value.count }
    let base = job.model.configuration.parameterCount
    observe(
      .started(
        TrainingStart(
          name: progress.logs.name, steps: progress.plan.steps, stepsDone: progress.state.step,
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

  private func advance(_ runner: StepRunner, _ progress: inout TrainingProgress) throws {
    let (plan, state) = (progress.plan, progress.state)
    let batches = try plan.batches(at: state.position).map {
      try source.trainingBatch(epoch: state.position.epoch, index: $0)
    }
    let rate = plan.schedule.rate(at: state.step)
    let outcome = try runner.run(batches, step: state.step, rate: rate)
    if let spike = progress.add(outcome) { try report(spike, batches, progress) }
    guard progress.isDone || progress.isDue(.steps(options.loggingSteps)) else { return }
    let (line, pace) = try progress.log(outcome, rate: rate)
    observe(.logged(line, pace))
  }

  /// Names the rows of a step whose loss leapt; stops if that is wanted.
  private func report(
    _ spike: LossGuard.Spike, _ batches: [SourceBatch], _ progress: TrainingProgress
  ) throws {
    let rows = NamedRows(batches, in: source)
    let step = progress.state.step
    try progress.logs.log(spike, step: step, rows: rows)
    let message =
      "the loss of step \(step) leapt to \(spike.loss) (median of the steps before: "
      + "\(spike.median)); it came from \(rows.text)"
    let remedy =
      "look at these rows with `akshara labels show`; if they are sound, lower `learning_rate`, or "
      + "raise `loss_spike_threshold`"
    guard options.spikeAction == .warn else {
      throw AksharaError(.checkFailed, message, remedy: remedy)
    }
    observe(.notice("\(message); \(remedy)"))
  }

  /// Measures the held-out loss, once a step, and keeps the parameters if they are the best.
  private func evaluate(
    _ heldOut: HeldOutLoss, _ optimizer: OptimizerState, _ progress: inout TrainingProgress
  ) throws {
    guard progress.state.evaluatedStep != progress.state.step else { return }
    guard let loss = try heldOut.measure(source) else { return }
    let (line, isBest) = try progress.logHeldOut(loss)
    observe(.evaluated(line))
    if isBest, options.keepsBest, let best = progress.state.best {
      try BestParameters.write(best, optimizer, in: job.directory, from: backend)
    }
    if progress.state.isStopped { observe(.stopped(step: progress.state.step)) }
    progress.logs.restartTiming(progress.state)
  }

  private func save(
    _ optimizer: OptimizerState, setup: JSONValue, _ progress: TrainingProgress
  ) throws {
    let checkpoint = try Checkpoint.write(
      progress.state, setup: setup, optimizer: optimizer, metrics: progress.logs.lines,
      to: job.directory, keeping: options.keptCheckpoints, on: backend)
    if options.keepsBest {
      try BestParameters.removeOthers(than: progress.state.best, in: job.directory)
    }
    try progress.logs.writeHistory(progress.state, progress.plan, options)
    observe(.saved(path: checkpoint.path))
    progress.logs.restartTiming(progress.state)
  }

  // MARK: End

  private func finish(
    _ weights: TrainedWeights, _ optimizer: OptimizerState, _ progress: TrainingProgress
  ) throws -> TrainingResult {
    let state = progress.state
    try progress.logs.writeHistory(state, progress.plan, options)
    let best = options.keepsBest ? state.best : nil
    if let best {
      try BestParameters.restore(best, to: optimizer, in: job.directory, on: backend)
      try BestParameters.removeOthers(than: best, in: job.directory)
      observe(
        .notice("the result is that of step \(best.step), with the held-out loss \(best.loss)"))
    }
    let output = try weights.write(job, from: backend)
    observe(.finished(path: output))
    return TrainingResult(
      output: output, steps: state.step, tokens: state.tokens, bestStep: best?.step,
      isStopped: state.isStopped, metrics: progress.logs.lines)
  }
}
