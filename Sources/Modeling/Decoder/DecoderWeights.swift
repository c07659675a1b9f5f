public import Compute

/// The weights of a decoder on a device.
///
/// A value: a copy may carry another adapter while the base tensors are shared.
public struct DecoderWeights: Sendable {
  /// One decoder layer.
  public struct Layer: Sendable {
    /// float32 `[hidden]`: the norm before attention.
    public var attentionNorm: Tensor
    /// float32 `[hidden]`: the norm before the gated layer.
    public var gateNorm: Tensor
    /// The norms behind the query and key projections, where the model has them.
    public var headNorms: HeadNorms?
    /// The linear layers, in the order of `Projection.allCases`.
    public var projections: [LinearLayer]

    /// A layer of these tensors.
    public init(
      attentionNorm: Tensor, gateNorm: Tensor, headNorms: HeadNorms? = nil,
      projections: [LinearLayer]
    ) {
      self.attentionNorm = attentionNorm
      self.gateNorm = gateNorm
      self.headNorms = headNorms
      self.projections = projections
    }

    /// One linear layer.
    public subscript(projection: Projection) -> LinearLayer {
      get { projections[projection.index] }
      set { projections[projection.index] = newValue }
    }
  }

  /// The norms of each head's query and key, one weight for all heads.
  public struct HeadNorms: Sendable {
    /// float32 `[head width]`.
    public var query: Tensor
    /// float32 `[head width]`.
    public var key: Tensor

    /// Norms of these weights.
    public init(query: Tensor, key: Tensor) {
      self.query = query
      self.key = key
    }
  }

  /// The model's shape.
  public let configuration: ModelConfiguration
  /// float32 `[vocabulary, hidden]`.
  public var embedding: Tensor
  /// The decoder layers, from the input upwards.
  public var layers: [Layer]
  /// float32 `[hidden]`: the norm before the head.
  public var finalNorm: Tensor
  /// `[vocabulary, hidden]`; the embedding itself where the head is tied to it.
  public var head: LinearWeight

  /// The type that an adapter's values are rounded to; float32: not at all.
  public internal(set) var adapterType = DType.float32
  /// What an adapter has put in the place of the base's own tensors.
  public internal(set) var replacements = AdapterReplacements()
  /// The base as it was before an adapter replaced tensors of it; empty if none did.
  private var unadapted: [DecoderWeights] = []

  /// Weights of these tensors.
  public init(
    configuration: ModelConfiguration, embedding: Tensor, layers: [Layer], finalNorm: Tensor,
    head: LinearWeight
  ) {
    self.configuration = configuration
    self.embedding = embedding
    self.layers = layers
    self.finalNorm = finalNorm
    self.head = head
  }

  /// Whether there is an adapter: on a linear layer, or in the place of the base's own tensors.
  public var hasAdapter: Bool {
    !replacements.isEmpty || layers.contains { $0.projections.contains { $0.adapter != nil } }
  }

  /// The same base without its adapter.
  public var withoutAdapter: DecoderWeights {
    var base = unadapted.first ?? self
    for layer in base.layers.indices {
      for projection in Projection.allCases { base.layers[layer][projection].adapter = nil }
    }
    return base
  }

  /// These weights, with the base kept to go back to before tensors of it are replaced.
  var remembered: DecoderWeights {
    var copy = self
    copy.unadapted = [withoutAdapter]
    return copy
  }

  /// The tensors of the base by their Hugging Face names, in transformers' order.
  ///
  /// A tied head is not listed. Quantized weights are left out: they are not parameters.
  public var namedTensors: [(name: String, tensor: Tensor)] {
    var tensors = [(ParameterName.embedding, embedding)]
    for (index, layer) in layers.enumerated() {
      for projection in Projection.allCases {
        if case .dense(let weight) = layer[projection].weight {
          tensors.append((ParameterName.weight(layer: index, projection), weight))
        }
        if let bias = layer[projection].bias {
          tensors.append((ParameterName.bias(layer: index, projection), bias))
        }
        if projection == .output, let norms = layer.headNorms {
          tensors.append((ParameterName.queryNorm(layer: index), norms.query))
          tensors.append((ParameterName.keyNorm(layer: index), norms.key))
        }
      }
      tensors.append((ParameterName.attentionNorm(layer: index), layer.attentionNorm))
      tensors.append((ParameterName.gateNorm(layer: index), layer.gateNorm))
    }
    tensors.append((ParameterName.finalNorm, finalNorm))
    if !configuration.tiesHead, case .dense(let weight) = head {
      tensors.append((ParameterName.head, weight))
    }
    return tensors
  }
}

extension DecoderWeights {
  /// Whether no weight is quantized.
  public var isDense: Bool {
    layers.allSatisfy { layer in
      layer.projections.allSatisfy { if case .dense = $0.weight { true } else { false } }
    }
  }
}

extension Tensor {
  /// Copies a float32 tensor to the host.
  package func floats(from backend: any Backend) -> [Float] {
    Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      backend.download(self, to: UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }

  /// Copies the only element of a float32 tensor to the host, without taking memory.
  package func float(from backend: any Backend) -> Float {
    var value: Float = 0
    withUnsafeMutableBytes(of: &value) { backend.download(self, to: $0) }
    return value
  }
}
