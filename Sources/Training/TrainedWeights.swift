internal import Artifacts
internal import Compute
internal import Modeling

/// The weights of a job: how they begin, what of them is trained, and how they are written.
struct TrainedWeights {
  let weights: DecoderWeights
  private let part: TrainedPart

  /// Loads or draws the base, and adds the adapter.
  ///
  /// - Throws: what loading throws; `invalidOption` if a target module is unknown.
  init(_ job: TrainingJob, on backend: any Backend) throws {
    let options = job.options
    let base = try Self.base(job, on: backend)
    part = options.method == .full ? .base : .adapter
    weights =
      options.method == .full
      ? base : try base.addingAdapter(job.lora, seed: options.seed, on: backend)
  }

  private static func base(_ job: TrainingJob, on backend: any Backend) throws -> DecoderWeights {
    switch job.options.initialization {
    case .random:
      let shape = job.model.configuration
      let source = RandomWeights(
        seed: job.options.seed, standardDeviation: shape.initializerRange)
      return try DecoderWeights(shape, from: source, on: backend)
    case .pretrained:
      return try DecoderWeights(
        loading: job.model,
        quantization: job.options.method == .qlora ? job.quantization : nil,
        storage: job.options.method == .full ? .float32 : .stored, on: backend)
    }
  }

  /// The model with memory planned for the longest micro-batch of `source`.
  func model(_ source: any BatchSource, on backend: any Backend) throws -> DecoderModel {
    try DecoderModel(
      weights, for: .training(part), capacity: source.longestBatch, positions: source.longestRow,
      on: backend)
  }

  /// Writes `model/` or `adapter/` below the job's run directory, whole or not at all.
  ///
  /// - Returns: the folder.
  func write(_ job: TrainingJob, from backend: any Backend) throws -> String {
    switch part {
    case .base:
      let path = Path.join(job.directory, "model")
      try ModelWriter.write(weights, as: .bfloat16, to: path, from: backend)
      return path
    case .adapter:
      let path = Path.join(job.directory, "adapter")
      let adapter = AdapterConfiguration(
        job.lora, baseName: job.baseName, baseRevision: job.baseRevision)
      try AdapterFolder.write(weights, adapter, to: path, from: backend)
      return path
    }
  }
}
