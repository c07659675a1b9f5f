/// The linear layers of a decoder layer, in the order in which transformers lists them.
public enum Projection: String, Sendable, CaseIterable {
  /// Residual stream → queries.
  case query = "q_proj"
  /// Residual stream → keys.
  case key = "k_proj"
  /// Residual stream → values.
  case value = "v_proj"
  /// Attention → residual stream.
  case output = "o_proj"
  /// Residual stream → gate.
  case gate = "gate_proj"
  /// Residual stream → gated values.
  case up = "up_proj"
  /// Gated values → residual stream.
  case down = "down_proj"

  /// Its place in `allCases`.
  public var index: Int {
    switch self {
    case .query: 0
    case .key: 1
    case .value: 2
    case .output: 3
    case .gate: 4
    case .up: 5
    case .down: 6
    }
  }

  /// The module of a layer it belongs to: `self_attn` or `mlp`.
  public var block: String { index < 4 ? "self_attn" : "mlp" }

  /// The weight's shape `[out, in]`.
  public func shape(in configuration: ModelConfiguration) -> (outputs: Int, inputs: Int) {
    let hidden = configuration.hiddenWidth
    return switch self {
    case .query: (configuration.queryWidth, hidden)
    case .key, .value: (configuration.keyValueWidth, hidden)
    case .output: (hidden, configuration.queryWidth)
    case .gate, .up: (configuration.gateWidth, hidden)
    case .down: (hidden, configuration.gateWidth)
    }
  }
}

/// The names of tensors in Hugging Face's layout of a decoder.
public enum ParameterName {
  /// `[vocabulary, hidden]`.
  public static let embedding = "model.embed_tokens.weight"
  /// `[hidden]`.
  public static let finalNorm = "model.norm.weight"
  /// `[vocabulary, hidden]`; absent where the head is tied to the embedding.
  public static let head = "lm_head.weight"

  /// The module of a linear layer, such as `model.layers.3.self_attn.q_proj`.
  public static func module(layer: Int, _ projection: Projection) -> String {
    "model.layers.\(layer).\(projection.block).\(projection.rawValue)"
  }

  /// A linear layer's weight, `[out, in]`.
  public static func weight(layer: Int, _ projection: Projection) -> String {
    module(layer: layer, projection) + ".weight"
  }

  /// A linear layer's bias, `[out]`.
  public static func bias(layer: Int, _ projection: Projection) -> String {
    module(layer: layer, projection) + ".bias"
  }

  /// The norm of each head's query, `[head width]`.
  public static func queryNorm(layer: Int) -> String {
    "model.layers.\(layer).self_attn.q_norm.weight"
  }

  /// The norm of each head's key, `[head width]`.
  public static func keyNorm(layer: Int) -> String {
    "model.layers.\(layer).self_attn.k_norm.weight"
  }

  /// The norm before attention, `[hidden]`.
  public static func attentionNorm(layer: Int) -> String {
    "model.layers.\(layer).input_layernorm.weight"
  }

  /// The norm before the gated layer, `[hidden]`.
  public static func gateNorm(layer: Int) -> String {
    "model.layers.\(layer).post_attention_layernorm.weight"
  }
}
