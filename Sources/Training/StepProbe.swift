internal import Artifacts
package import Compute
internal import Modeling

/// What a training takes, counted and timed on a model of the same widths with few layers.
///
/// Everything but the tables and the last norm is the same in every layer, so two probes with one and
/// two layers tell what any number takes: `f(n) = f(1) + (n − 1) (f(2) − f(1))`.
package struct StepProbe {
  /// Bytes by what they are for, and what a step computes with.
  package struct Counts: Sendable, Equatable {
    /// Embedding, head, norms, biases and matrices that are not quantized.
    package var dense = 0
    /// Codes of quantized matrices.
    package var codes = 0
    /// Scales of quantized matrices.
    package var constants = 0
    /// The adapter.
    package var adapter = 0
    /// Gradients of what is trained.
    package var gradients = 0
    /// Moments.
    package var optimizer = 0
    /// Activations, a token.
    package var activationsPerToken = 0

    /// Bytes with room for `tokens` in a micro-batch.
    package func total(tokens: Int) -> Int {
      dense + codes + constants + adapter + gradients + optimizer + activationsPerToken * tokens
    }

    /// `self + count · (next − self)`: what a model with so many layers more takes.
    package func extrapolated(to next: Counts, by count: Int) -> Counts {
      func line(_ key: KeyPath<Counts, Int>) -> Int {
        self[keyPath: key] + count * (next[keyPath: key] - self[keyPath: key])
      }
      return Counts(
        dense: line(\.dense), codes: line(\.codes), constants: line(\.constants),
        adapter: line(\.adapter), gradients: line(\.gradients), optimizer: line(\.optimizer),
        activationsPerToken: line(\.activationsPerToken))
    }
  }

  /// Bytes of the probe.
  package let counts: Counts
  /// Parameters that are trained.
  package let trainedParameters: Int
  private let runner: StepRunner
  private let batch: SourceBatch

  /// A probe of `job` with `layers` layers of made-up weights, for steps over `batch`.
  ///
  /// - Throws: `invalidOption` as the job itself; `device` if there is no room.
  package init(
    _ job: TrainingJob, layers: Int, source: any BatchSource, batch: SourceBatch,
    on backend: any Backend
  ) throws {
    let weights = try TrainedWeights(job, shape: layers, on: backend)
    let tokens = batch.input.tokens.count
    let model = try weights.model(capacity: tokens, positions: source.longestRow, on: backend)
    let state = try OptimizerState(
      model.parameters, optimizer: job.options.optimizer, weightDecay: job.options.weightDecay,
      on: backend)
    runner = try StepRunner(
      model: model, state: state, options: job.options, source: source, on: backend)
    self.batch = batch
    trainedParameters = model.parameters.reduce(0) { $0 + $1.value.count }
    counts = Self.counts(weights.weights, model, state, isFull: job.options.method == .full)
  }

  /// Runs one optimizer step of one micro-batch.
  ///
  /// - Throws: as a step does.
  package func step() throws {
    _ = try runner.run([batch], step: 0, rate: 0)
  }

  private static func counts(
    _ weights: DecoderWeights, _ model: DecoderModel, _ state: OptimizerState, isFull: Bool
  ) -> Counts {
    var counts = Counts()
    counts.dense = weights.withoutAdapter.namedTensors.reduce(0) { $0 + $1.tensor.bytes }
    for layer in weights.layers {
      for projection in layer.projections { counts.add(projection.weight) }
    }
    counts.gradients = model.parameters.reduce(0) { $0 + $1.gradient.bytes }
    counts.adapter = isFull ? 0 : model.parameters.reduce(0) { $0 + $1.value.bytes }
    let held = state.namedTensors.reduce(0) { $0 + $1.tensor.bytes }
    counts.optimizer = held - state.namedValues.reduce(0) { $0 + $1.tensor.bytes }
    counts.activationsPerToken = 4 * model.plan.elementsPerToken
    return counts
  }
}

extension StepProbe.Counts {
  fileprivate mutating func add(_ weight: LinearWeight) {
    switch weight {
    case .dense: break  // among the named tensors
    case .nf4(let weight):
      codes += weight.packed.bytes
      let nested = weight.nested.map { $0.code.bytes + $0.absmax.bytes + $0.offset.bytes }
      constants += weight.absmax.bytes + (nested ?? 0)
    case .int8(let weight):
      codes += weight.codes.bytes
      constants += weight.scales.bytes
    }
  }
}

extension Tensor {
  fileprivate var bytes: Int { count * type.size }
}

/// Values that take no time to make and are neither zero nor alike: for probes.
struct PatternWeights: WeightSource {
  let type: DType

  func storedType(of name: String) throws -> DType? { type }

  func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws {
    let values = [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      // Knuth's multiplicative hash of the index, as a number in ±0.02.
      for index in buffer.indices {
        let bits = UInt32(truncatingIfNeeded: index) &* 2_654_435_761
        buffer.initializeElement(at: index, to: Float(Int32(bitPattern: bits)) * (0.02 * 0x1p-31))
      }
      count = tensor.count
    }
    guard tensor.type != .float32 else {
      return values.withUnsafeBytes { backend.upload($0, to: tensor) }
    }
    let wide = try backend.makeTensor(tensor.shape, .float32)
    values.withUnsafeBytes { backend.upload($0, to: wide) }
    backend.copy(wide, to: tensor)
  }
}
