internal import Artifacts
package import Compute

extension DecoderWeights {
  /// Makes the tensors of `configuration` and fills them from `source`.
  ///
  /// One matrix at a time passes through a float32 buffer on its way to being quantized, so the
  /// memory above that of the finished weights is that of the largest matrix.
  ///
  /// - Parameters:
  ///   - quantization: how the linear layers of the decoder are quantized; `nil`: not at all, unless
  ///     `source` has them quantized.
  ///   - storage: the type of matrices that are not quantized.
  /// - Throws: what `source` throws; `device` if there is no room.
  package init(
    _ configuration: ModelConfiguration, from source: some WeightSource,
    quantization: QuantizationOptions? = nil, storage: DenseStorage = .float32,
    on backend: any Backend
  ) throws {
    let builder = WeightBuilder(
      configuration: configuration, source: source, quantization: quantization, storage: storage,
      backend: backend)
    let hidden = configuration.hiddenWidth
    let table = Shape(configuration.vocabularyCount, hidden)
    let embedding = try builder.matrix(ParameterName.embedding, table)
    let layers = try (0..<configuration.layerCount).map { try builder.layer($0) }
    self.init(
      configuration: configuration, embedding: embedding, layers: layers,
      finalNorm: try builder.tensor(ParameterName.finalNorm, [hidden]),
      head: .dense(
        configuration.tiesHead ? embedding : try builder.matrix(ParameterName.head, table)))
  }
}

/// Makes tensors and fills them.
private final class WeightBuilder<Source: WeightSource> {
  private let configuration: ModelConfiguration
  private let source: Source
  private let quantization: QuantizationOptions?
  private let storage: DenseStorage
  private let backend: any Backend
  /// Buffers through which matrices pass on their way to being quantized, by shape.
  private var passage: [Shape: Tensor] = [:]

  init(
    configuration: ModelConfiguration, source: Source, quantization: QuantizationOptions?,
    storage: DenseStorage, backend: any Backend
  ) {
    self.storage = storage
    self.configuration = configuration
    self.source = source
    self.quantization = quantization
    self.backend = backend
  }

  func tensor(_ name: String, _ shape: Shape) throws -> Tensor {
    try tensor(name, shape, .float32)
  }

  /// A matrix in the type that `storage` asks for.
  func matrix(_ name: String, _ shape: Shape) throws -> Tensor {
    try tensor(name, shape, storage == .stored ? source.storedType(of: name) ?? .float32 : .float32)
  }

  private func tensor(_ name: String, _ shape: Shape, _ type: DType) throws -> Tensor {
    let tensor = try backend.makeTensor(shape, type)
    try source.fill(tensor, named: name, on: backend)
    return tensor
  }

  func layer(_ index: Int) throws -> DecoderWeights.Layer {
    let hidden = Shape(configuration.hiddenWidth)
    return DecoderWeights.Layer(
      attentionNorm: try tensor(ParameterName.attentionNorm(layer: index), hidden),
      gateNorm: try tensor(ParameterName.gateNorm(layer: index), hidden),
      headNorms: configuration.normalizesHeads ? try headNorms(index) : nil,
      projections: try Projection.allCases.map { projection in
        let (outputs, inputs) = projection.shape(in: configuration)
        let name = ParameterName.weight(layer: index, projection)
        let bias = ParameterName.bias(layer: index, projection)
        return LinearLayer(
          weight: try weight(name, [outputs, inputs]),
          bias: configuration.biasedProjections.contains(projection)
            ? try tensor(bias, [outputs]) : nil)
      })
  }

  private func headNorms(_ index: Int) throws -> DecoderWeights.HeadNorms {
    let width = Shape(configuration.headWidth)
    return DecoderWeights.HeadNorms(
      query: try tensor(ParameterName.queryNorm(layer: index), width),
      key: try tensor(ParameterName.keyNorm(layer: index), width))
  }

  private func weight(_ name: String, _ shape: Shape) throws -> LinearWeight {
    if let stored = try source.quantizedWeight(named: name, shape: shape, on: backend) {
      return stored
    }
    guard let quantization, quantization.isQuantized else {
      return .dense(try matrix(name, shape))
    }
    let buffer = try passage[shape] ?? backend.makeTensor(shape, .float32)
    passage[shape] = buffer
    try source.fill(buffer, named: name, on: backend)
    if quantization.isEightBit { return .int8(try backend.quantizeInt8(buffer)) }
    return .nf4(
      try backend.quantizeNF4(buffer, doubleQuantization: quantization.doubleQuantization))
  }
}

extension DecoderWeights {
  /// Loads a model folder.
  ///
  /// What is quantized are the values as they are stored: bitsandbytes turns bfloat16 into float32
  /// before it quantizes, so the codes are the same whatever type transformers loads into.
  ///
  /// - Parameters:
  ///   - quantization: how the linear layers of the decoder are quantized; `nil`: as they are stored.
  ///   - storage: the type of matrices that are not quantized.
  /// - Throws: `missingFile`, `malformed`, `unsupported`; `device` if there is no room.
  package init(
    loading folder: ModelFolder, quantization: QuantizationOptions? = nil,
    storage: DenseStorage = .float32, on backend: any Backend
  ) throws {
    try Self.check(quantization, against: folder)
    let source = try SafetensorsWeights(try folder.weightFiles())
    try self.init(
      folder.configuration, from: source, quantization: quantization, storage: storage,
      on: backend)
    if let name = source.unusedNames.first(where: { !Self.isSpare($0, folder.configuration) }) {
      throw AksharaError(
        .unsupported, "the weights hold a tensor `\(name)` that the configuration has no place for",
        at: SourceLocation(file: folder.path),
        remedy: "check that the configuration belongs to these weights")
    }
  }

  /// A base that is quantized already is taken as it is; it cannot be had in another form.
  private static func check(
    _ quantization: QuantizationOptions?, against folder: ModelFolder
  ) throws {
    guard let stored = folder.configuration.storedQuantization,
      let wanted = quantization?.storedForm, (stored == .int8) != (wanted == .int8)
    else { return }
    throw AksharaError(
      .invalidOption,
      "the weights are stored in \(stored == .int8 ? "int8" : "nf4"), and another form is asked for",
      at: SourceLocation(file: folder.path),
      remedy: "ask for \(stored == .int8 ? "`load_in_8bit`" : "`load_in_4bit`"), or give the model "
        + "that is not quantized")
  }

  /// Tensors that may be there though they are not read: a tied head, written out, and the rotary
  /// frequencies that early Llama checkpoints carry.
  private static func isSpare(_ name: String, _ configuration: ModelConfiguration) -> Bool {
    (configuration.tiesHead && name == ParameterName.head)
      || name.hasSuffix("rotary_emb.inv_freq")
  }
}
