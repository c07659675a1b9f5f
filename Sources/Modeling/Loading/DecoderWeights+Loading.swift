internal import Artifacts
package import Compute

extension DecoderWeights {
  /// Makes the tensors of `configuration` and fills them from `source`.
  ///
  /// One matrix at a time passes through a float32 buffer on its way to being quantized, so the
  /// memory above that of the finished weights is that of the largest matrix.
  ///
  /// - Parameters:
  ///   - quantization: how the linear layers of the decoder are stored; `nil`: float32.
  /// - Throws: what `source` throws; `device` if there is no room.
  package init(
    _ configuration: ModelConfiguration, from source: some WeightSource,
    quantization: QuantizationOptions? = nil, on backend: any Backend
  ) throws {
    let builder = WeightBuilder(
      configuration: configuration, source: source, quantization: quantization, backend: backend)
    let hidden = configuration.hiddenWidth
    let table = [configuration.vocabularyCount, hidden]
    let embedding = try builder.tensor(ParameterName.embedding, table)
    let layers = try (0..<configuration.layerCount).map { try builder.layer($0) }
    self.init(
      configuration: configuration, embedding: embedding, layers: layers,
      finalNorm: try builder.tensor(ParameterName.finalNorm, [hidden]),
      head: .dense(
        configuration.tiesHead ? embedding : try builder.tensor(ParameterName.head, table)))
  }
}

/// Makes tensors and fills them.
private final class WeightBuilder<Source: WeightSource> {
  private let configuration: ModelConfiguration
  private let source: Source
  private let quantization: QuantizationOptions?
  private let backend: any Backend
  /// Buffers through which matrices pass on their way to being quantized, by shape.
  private var passage: [[Int]: Tensor] = [:]

  init(
    configuration: ModelConfiguration, source: Source, quantization: QuantizationOptions?,
    backend: any Backend
  ) {
    self.configuration = configuration
    self.source = source
    self.quantization = quantization
    self.backend = backend
  }

  func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
    let tensor = try backend.makeTensor(shape, .float32)
    try source.fill(tensor, named: name, on: backend)
    return tensor
  }

  func layer(_ index: Int) throws -> DecoderWeights.Layer {
    let hidden = [configuration.hiddenWidth]
    return DecoderWeights.Layer(
      attentionNorm: try tensor(ParameterName.attentionNorm(layer: index), hidden),
      gateNorm: try tensor(ParameterName.gateNorm(layer: index), hidden),
      projections: try Projection.allCases.map { projection in
        let (outputs, inputs) = projection.shape(in: configuration)
        let name = ParameterName.weight(layer: index, projection)
        return LinearLayer(weight: try weight(name, [outputs, inputs]))
      })
  }

  private func weight(_ name: String, _ shape: [Int]) throws -> LinearWeight {
    guard let quantization, quantization.isFourBit else {
      return .dense(try tensor(name, shape))
    }
    let buffer = try passage[shape] ?? backend.makeTensor(shape, .float32)
    passage[shape] = buffer
    try source.fill(buffer, named: name, on: backend)
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
  ///   - quantization: how the linear layers of the decoder are stored; `nil`: float32.
  /// - Throws: `missingFile`, `malformed`, `unsupported`; `device` if there is no room.
  package init(
    loading folder: ModelFolder, quantization: QuantizationOptions? = nil, on backend: any Backend
  ) throws {
    let source = try SafetensorsWeights(try folder.weightFiles())
    try self.init(folder.configuration, from: source, quantization: quantization, on: backend)
    if let name = source.unusedNames.first(where: { !Self.isSpare($0, folder.configuration) }) {
      throw AksharaError(
        .unsupported, "the weights hold a tensor `\(name)` that the configuration has no place for",
        at: SourceLocation(file: folder.path),
        remedy: "check that the configuration belongs to these weights")
    }
  }

  /// Tensors that may be there though they are not read: a tied head, written out, and the rotary
  /// frequencies that early Llama checkpoints carry.
  private static func isSpare(_ name: String, _ configuration: ModelConfiguration) -> Bool {
    (configuration.tiesHead && name == ParameterName.head)
      || name.hasSuffix("rotary_emb.inv_freq")
  }
}
