internal import Artifacts
internal import Compute
internal import Modeling

/// The weights of a job: how they begin, what of them is trained, and how they are written.
struct TrainedWeights {
  let weights: DecoderWeights
  private let part: TrainedPart
  private let checkpointing: ActivationCheckpointing

  /// Loads or draws the base, and adds the adapter.
  ///
  /// - Throws: what loading throws; `invalidOption` if a target module is unknown.
  init(_ job: TrainingJob, on backend: any Backend) throws {
    let options = job.options
    let base = try Self.base(job, on: backend)
    part = options.method == .full ? .base : .adapter
    checkpointing = options.checkpointing
    weights =
      options.method == .full
      ? base : try base.addingAdapter(job.lora, seed: options.seed, on: backend)
  }

  /// Made-up weights of the job's widths with `layers` layers, stored as the job stores them.
  ///
  /// - Throws: `invalidOption` if a target module is unknown; `device` if there is no room.
  init(_ job: TrainingJob, shape layers: Int, on backend: any Backend) throws {
    let options = job.options
    var shape = job.model.configuration
    shape.layerCount = layers
    let isStored = options.method != .full
    let quantization =
      options.method == .qlora ? job.quantization : shape.storedQuantization.map(Self.options(of:))
    let base = try DecoderWeights(
      shape, from: PatternWeights(type: isStored ? shape.storedType : .float32),
      quantization: isStored ? quantization : nil, storage: isStored ? .stored : .float32,
      on: backend)
    part = isStored ? .adapter : .base
    checkpointing = options.checkpointing
    weights = isStored ? try base.addingAdapter(job.lora, seed: options.seed, on: backend) : base
  }

  /// What makes weights as they are stored already.
  private static func options(of stored: StoredQuantization) -> QuantizationOptions {
    switch stored {
    case .int8: .eightBit
    case .nf4(let double): QuantizationOptions(doubleQuantization: double)
    }
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
    try model(capacity: source.longestBatch, positions: source.longestRow, on: backend)
  }

  /// The model with memory planned for `capacity` tokens in rows of at most `positions`.
  func model(capacity: Int, positions: Int, on backend: any Backend) throws -> DecoderModel {
    try DecoderModel(
      weights, for: .training(part), capacity: capacity, positions: positions,
      checkpointing: checkpointing, on: backend)
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
