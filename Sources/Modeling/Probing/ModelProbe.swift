internal import Artifacts
public import Compute

/// Shows the numbers of a model, so that they can be compared with another implementation's.
///
/// ```swift
/// try ModelProbe(weights, on: backend).write(batches: "batch.safetensors", options, to: "numbers.safetensors")
/// ```
///
/// What is written, float32:
///
///     logits        [tokens, vocabulary]    of the first batch, its rows end to end without padding
///     loss          [1]                     its mean cross-entropy over supervised tokens
///     grad.NAME     the parameter's shape   the loss's gradient, where gradients are asked for
///     losses        [steps]                 of training steps, batch after batch, each before its step
///     final.NAME    the parameter's shape   the parameters behind these steps
public struct ModelProbe {
  /// What is looked at besides logits and loss.
  public struct Options: Sendable, Equatable {
    /// Whose gradients are written.
    public var gradients: TrainedPart?
    /// AdamW steps over the batches in turn (β 0.9 and 0.999, ε 1e-8, no decay, no clipping).
    public var steps: Int
    /// Their learning rate.
    public var learningRate: Double
    /// The seed of dropout masks.
    public var seed: UInt64

    /// Options; the default looks at logits and loss alone.
    public init(
      gradients: TrainedPart? = nil, steps: Int = 0, learningRate: Double = 1e-3, seed: UInt64 = 0
    ) {
      self.gradients = gradients
      self.steps = steps
      self.learningRate = learningRate
      self.seed = seed
    }
  }

  private let weights: DecoderWeights
  private let backend: any Backend

  /// A probe of `weights`, with the adapter they carry.
  public init(_ weights: DecoderWeights, on backend: any Backend) {
    self.weights = weights
    self.backend = backend
  }

  /// Writes the adapter as it is now: behind the steps, if there were any.
  ///
  /// - Throws: `unwritable`.
  public func writeAdapter(_ configuration: AdapterConfiguration, to path: String) throws {
    try AdapterFolder.write(weights, configuration, to: path, from: backend)
  }

  /// Runs the batches of a file and writes what came out, whole or not at all.
  ///
  /// - Throws: `missingFile`, `malformed`, `invalidOption`, `unwritable`.
  public func write(batches path: String, _ options: Options, to output: String) throws {
    let batches = try ProbeBatches(contentsOf: path).batches
    let purpose = options.gradients.map { DecoderPurpose.training($0) } ?? .scoring
    let model = try DecoderModel(
      weights, for: purpose, capacity: batches.map(\.count).max() ?? 1,
      positions: batches.map(\.longestSequence).max() ?? 1, on: backend)
    var writer = SafetensorsWriter()
    let logits = try model.logits(of: batches[0])
    let vocabulary = weights.configuration.vocabularyCount
    try add("logits", [batches[0].count, vocabulary], logits, to: &writer)
    if options.gradients == nil {
      let loss = try backend.makeTensor([1], .float32)
      try model.addLoss(of: batches[0], normalizer: normalizer(batches[0]), to: loss)
      try add("loss", [1], loss.floats(from: backend), to: &writer)
    } else {
      try addTraining(of: model, batches, options, to: &writer)
    }
    try backend.synchronize()
    try writer.write(to: output)
  }

  private func normalizer(_ batch: MicroBatch) -> Float { Float(1 / max(1, batch.totalWeight)) }

  private func addTraining(
    of model: DecoderModel, _ batches: [MicroBatch], _ options: Options,
    to writer: inout SafetensorsWriter
  ) throws {
    let first = try gradients(of: model, batches[0], pass: 0, options)
    try add("loss", [1], [first], to: &writer)
    for parameter in model.parameters {
      try add(
        "grad.\(parameter.name)", Array(parameter.gradient.shape),
        parameter.gradient.floats(from: backend), to: &writer)
    }
    guard options.steps > 0 else { return }
    let state = try model.parameters.map { parameter in
      OptimizedParameter(
        value: parameter.value, gradient: parameter.gradient,
        firstMoment: try backend.makeTensor(parameter.value.shape, .float32),
        secondMoment: try backend.makeTensor(parameter.value.shape, .float32), weightDecay: 0)
    }
    let losses = try (0..<options.steps).map { step in
      let batch = batches[step % batches.count]
      let loss = try gradients(of: model, batch, pass: UInt64(step), options)
      let settings = AdamWSettings(
        learningRate: options.learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
        step: step + 1, maxGradientNorm: 0)
      backend.adamW(state, settings: settings, norm: nil)
      return loss
    }
    try add("losses", [losses.count], losses, to: &writer)
    for parameter in model.parameters {
      try add(
        "final.\(parameter.name)", Array(parameter.value.shape),
        parameter.value.floats(from: backend),
        to: &writer)
    }
  }

  /// Makes the gradients of one batch and returns its loss.
  private func gradients(
    of model: DecoderModel, _ batch: MicroBatch, pass: UInt64, _ options: Options
  ) throws -> Float {
    let loss = try backend.makeTensor([1], .float32)
    model.zeroGradients()
    try model.addGradients(
      of: batch, normalizer: normalizer(batch), loss: loss,
      dropout: DropoutStreams(seed: options.seed, pass: pass))
    return loss.floats(from: backend)[0]
  }

  private func add(
    _ name: String, _ shape: [Int], _ values: [Float], to writer: inout SafetensorsWriter
  ) throws {
    try writer.add(name, .f32, shape) { emit in try values.withUnsafeBytes { try emit($0) } }
  }
}
