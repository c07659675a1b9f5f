public import Compute

/// What of a model is trained.
public enum TrainedPart: Sendable, Hashable {
  /// Every parameter of the base; all weights must be dense float32, and there is no adapter.
  case base
  /// The adapter alone.
  case adapter
}

/// A parameter that is trained.
public struct TrainedParameter: Sendable {
  /// Its Hugging Face name; for an adapter PEFT's, such as
  /// `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`.
  public let name: String
  /// Its value, float32.
  public let value: Tensor
  /// Its gradient, of the same shape.
  public let gradient: Tensor
  /// Whether weight decay applies: not to norms and biases, as in transformers' `Trainer`.
  public let decays: Bool
}

/// The gradients of a decoder's parameters: `nil` where nothing is trained.
struct DecoderGradients: Sendable {
  struct Layer: Sendable {
    var attentionNorm: Tensor?
    var gateNorm: Tensor?
    var queryNorm: Tensor?
    var keyNorm: Tensor?
    var projections = [LinearGradients](
      repeating: LinearGradients(), count: Projection.allCases.count)
  }

  var embedding: Tensor?
  var layers: [Layer]
  var finalNorm: Tensor?
  var head: Tensor?
  /// Of an adapter's rows of the embedding and of the head.
  var embeddingRows: Tensor?
  var headRows: Tensor?
  /// The trained parameters in transformers' order.
  private(set) var parameters: [TrainedParameter] = []

  private let backend: any Backend

  /// No gradients: nothing is trained.
  init(none weights: DecoderWeights, on backend: any Backend) {
    self.backend = backend
    layers = Array(repeating: Layer(), count: weights.layers.count)
  }

  /// Gradients, all zero, for `part` of `weights`.
  ///
  /// - Throws: `device` if there is no room.
  init(of part: TrainedPart, in weights: DecoderWeights, on backend: any Backend) throws {
    self.init(none: weights, on: backend)
    switch part {
    case .base: try addBase(of: weights)
    case .adapter: try addAdapter(of: weights)
    }
  }

  private mutating func addBase(of weights: DecoderWeights) throws {
    embedding = try add(ParameterName.embedding, weights.embedding)
    for (index, layer) in weights.layers.enumerated() {
      for projection in Projection.allCases {
        try addProjection(projection, of: layer[projection], layer: index)
        if projection == .output, let norms = layer.headNorms {
          layers[index].queryNorm = try add(
            ParameterName.queryNorm(layer: index), norms.query, decays: false)
          layers[index].keyNorm = try add(
            ParameterName.keyNorm(layer: index), norms.key, decays: false)
        }
      }
      layers[index].attentionNorm = try add(
        ParameterName.attentionNorm(layer: index), layer.attentionNorm, decays: false)
      layers[index].gateNorm = try add(
        ParameterName.gateNorm(layer: index), layer.gateNorm, decays: false)
    }
    finalNorm = try add(ParameterName.finalNorm, weights.finalNorm, decays: false)
    // A tied head and the embedding are one parameter: both add to one gradient.
    if weights.configuration.tiesHead {
      head = embedding
    } else if case .dense(let weight) = weights.head {
      head = try add(ParameterName.head, weight)
    }
  }

  private mutating func addProjection(
    _ projection: Projection, of linear: LinearLayer, layer: Int
  ) throws {
    if case .dense(let weight) = linear.weight {
      layers[layer].projections[projection.index].weight = try add(
        ParameterName.weight(layer: layer, projection), weight)
    }
    if let bias = linear.bias {
      layers[layer].projections[projection.index].bias = try add(
        ParameterName.bias(layer: layer, projection), bias, decays: false)
    }
  }

  private mutating func addAdapter(of weights: DecoderWeights) throws {
    for (index, layer) in weights.layers.enumerated() {
      for projection in Projection.allCases {
        guard let adapter = layer[projection].adapter else { continue }
        let names = AdapterParameterName(layer: index, projection)
        layers[index].projections[projection.index].a = try add(names.a, adapter.a)
        layers[index].projections[projection.index].b = try add(names.b, adapter.b)
        if let magnitude = adapter.magnitude {
          layers[index].projections[projection.index].magnitude = try add(
            names.magnitude, magnitude.value)
        }
      }
    }
    try addReplacements(of: weights)
  }

  private mutating func addReplacements(of weights: DecoderWeights) throws {
    let replacements = weights.replacements
    for module in replacements.modules {
      guard let tensor = weights[module] else { continue }
      let gradient = try add(
        AdapterParameterName.saved(module), tensor, decays: !module.isNorm)
      set(gradient, of: module)
    }
    if let rows = replacements.embeddingRows {
      embeddingRows = try add(AdapterParameterName.rows(of: .embedding), rows.values)
    }
    if replacements.sharesRows {
      headRows = embeddingRows
    } else if let rows = replacements.headRows {
      headRows = try add(AdapterParameterName.rows(of: .head), rows.values)
    }
  }

  private mutating func set(_ gradient: Tensor, of module: SavedModule) {
    switch module {
    case .embedding: embedding = gradient
    case .attentionNorm(let layer): layers[layer].attentionNorm = gradient
    case .gateNorm(let layer): layers[layer].gateNorm = gradient
    case .queryNorm(let layer): layers[layer].queryNorm = gradient
    case .keyNorm(let layer): layers[layer].keyNorm = gradient
    case .finalNorm: finalNorm = gradient
    case .head: head = gradient
    }
  }

  private mutating func add(_ name: String, _ value: Tensor, decays: Bool = true) throws -> Tensor {
    let gradient = try backend.makeTensor(value.shape, .float32)
    parameters.append(
      TrainedParameter(name: name, value: value, gradient: gradient, decays: decays))
    return gradient
  }
}
