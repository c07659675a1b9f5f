internal import Artifacts
internal import Batching
internal import Compute
internal import Modeling

/// Runs one optimizer step: losses and gradients of its micro-batches, clipping, AdamW.
struct StepRunner {
  let model: DecoderModel
  let state: OptimizerState
  let options: TrainingOptions
  let source: any BatchSource
  private let backend: any Backend
  /// float32 `[accumulation]`: the share of each micro-batch in the step's loss.
  private let losses: Tensor

  /// What a step gave.
  struct Outcome {
    /// The mean loss over the step's supervised weight.
    var loss: Float
    /// The gradient norm before clipping.
    var gradientNorm: Float
    /// Tokens seen.
    var tokens: Int
  }

  init(
    model: DecoderModel, state: OptimizerState, options: TrainingOptions,
    source: any BatchSource, on backend: any Backend
  ) throws {
    self.model = model
    self.source = source
    self.state = state
    self.options = options
    self.backend = backend
    losses = try backend.makeTensor([options.accumulation], .float32)
  }

  /// Runs step `step`, counted from 0, over `batches`.
  ///
  /// The loss is divided by the sum of the weights over the whole step, not micro-batch by
  /// micro-batch, so that accumulation changes nothing but the rounding.
  ///
  /// - Throws: `checkFailed` if the loss or a gradient is not a number, with the rows named.
  func run(_ batches: [SourceBatch], step: Int, rate: Double) throws -> Outcome {
    let weight = batches.reduce(0) { $0 + $1.input.weightSum }
    guard weight > 0 else {
      throw AksharaError(
        .checkFailed,
        "step \(step + 1) has no supervised token in \(NamedRows(batches, in: source).text)",
        remedy: "drop rows without answers when making shards")
    }
    backend.zero(losses)
    model.zeroGradients()
    for index in batches.indices {
      let pass = UInt64(step * options.accumulation + index)
      try model.addGradients(
        of: MicroBatch(batches[index].input), normalizer: Float(1 / weight),
        loss: losses.rows(index..<index + 1),
        dropout: DropoutStreams(seed: options.seed, pass: pass))
    }
    state.update(options, rate: rate, step: step + 1)
    model.roundParameters()
    return try outcome(batches, step: step)
  }

  private func outcome(_ batches: [SourceBatch], step: Int) throws -> Outcome {
    let norm = state.norm.float(from: backend)
    let loss = batches.indices.reduce(0) { $0 + share($1) }
    try backend.synchronize()
    guard loss.isFinite, norm.isFinite else { throw notFinite(batches, step: step) }
    let tokens = batches.reduce(0) { $0 + $1.input.tokens.count }
    return Outcome(loss: loss, gradientNorm: norm, tokens: tokens)
  }

  /// What micro-batch `index` added to the step's loss.
  private func share(_ index: Int) -> Float {
    losses.rows(index..<index + 1).float(from: backend)
  }

  /// Names the rows of the micro-batches whose own loss is not finite; of all, if each one's is.
  private func notFinite(_ batches: [SourceBatch], step: Int) -> AksharaError {
    let broken = batches.indices.filter { !share($0).isFinite }.map { batches[$0] }
    return AksharaError(
      .checkFailed,
      "\(broken.isEmpty ? "the gradient norm" : "the loss") of step \(step + 1) is not a finite "
        + "number; it came from \(NamedRows(broken.isEmpty ? batches : broken, in: source).text)",
      remedy: """
        look at these rows with `akshara labels show`; if they are sound, lower `learning_rate` or \
        `max_grad_norm`, or lengthen `warmup_ratio`. The run directory keeps the checkpoint before
        """)
  }
}
