internal import Compute

/// A module of the base that an adapter may train whole (`modules_to_save`).
public enum SavedModule: Hashable, Sendable {
  /// `model.embed_tokens`.
  case embedding
  /// `input_layernorm` of a layer.
  case attentionNorm(layer: Int)
  /// `post_attention_layernorm` of a layer.
  case gateNorm(layer: Int)
  /// `q_norm` of a layer.
  case queryNorm(layer: Int)
  /// `k_norm` of a layer.
  case keyNorm(layer: Int)
  /// `model.norm`.
  case finalNorm
  /// `lm_head`.
  case head

  /// All modules of a model that can be saved, in its order.
  static func all(of configuration: ModelConfiguration) -> [SavedModule] {
    let layers = (0..<configuration.layerCount).flatMap { layer -> [SavedModule] in
      let norms = configuration.normalizesHeads
      return (norms ? [.queryNorm(layer: layer), .keyNorm(layer: layer)] : [])
        + [.attentionNorm(layer: layer), .gateNorm(layer: layer)]
    }
    return [.embedding] + layers + [.finalNorm, .head]
  }

  /// The name of its weight.
  var parameterName: String {
    switch self {
    case .embedding: ParameterName.embedding
    case .attentionNorm(let layer): ParameterName.attentionNorm(layer: layer)
    case .gateNorm(let layer): ParameterName.gateNorm(layer: layer)
    case .queryNorm(let layer): ParameterName.queryNorm(layer: layer)
    case .keyNorm(let layer): ParameterName.keyNorm(layer: layer)
    case .finalNorm: ParameterName.finalNorm
    case .head: ParameterName.head
    }
  }

  /// Its name, such as `model.embed_tokens`.
  var moduleName: String { String(parameterName.dropLast(".weight".count)) }

  /// Whether it is a norm, to which weight decay does not apply.
  var isNorm: Bool { self != .embedding && self != .head }
}

extension DecoderWeights {
  /// The weight of a module.
  subscript(module: SavedModule) -> Tensor? {
    get {
      switch module {
      case .embedding: embedding
      case .attentionNorm(let layer): layers[layer].attentionNorm
      case .gateNorm(let layer): layers[layer].gateNorm
      case .queryNorm(let layer): layers[layer].headNorms?.query
      case .keyNorm(let layer): layers[layer].headNorms?.key
      case .finalNorm: finalNorm
      case .head: if case .dense(let tensor) = head { tensor } else { nil }
      }
    }
    set {
      guard let newValue else { return }
      switch module {
      case .embedding: embedding = newValue
      case .attentionNorm(let layer): layers[layer].attentionNorm = newValue
      case .gateNorm(let layer): layers[layer].gateNorm = newValue
      case .queryNorm(let layer): layers[layer].headNorms?.query = newValue
      case .keyNorm(let layer): layers[layer].headNorms?.key = newValue
      case .finalNorm: finalNorm = newValue
      case .head: head = .dense(newValue)
      }
    }
  }
}
