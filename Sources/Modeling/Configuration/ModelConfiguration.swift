public import Compute

/// The shape of a decoder: all that its mathematics depends on besides the weights.
///
/// Source: `LlamaConfig`, `MistralConfig`, `Qwen2Config` and `Qwen3Config` of transformers 5; names
/// in comments are their keys.
public struct ModelConfiguration: Sendable, Equatable {
  /// Whose defaults and names it has (`model_type`).
  public var family: ModelFamily
  /// Tokens in the embedding table (`vocab_size`).
  public var vocabularyCount: Int
  /// Width of the residual stream (`hidden_size`).
  public var hiddenWidth: Int
  /// Width of the gated layer (`intermediate_size`).
  public var gateWidth: Int
  /// Decoder layers (`num_hidden_layers`).
  public var layerCount: Int
  /// Query heads a layer (`num_attention_heads`).
  public var headCount: Int
  /// Key and value heads a layer; divides `headCount` (`num_key_value_heads`).
  public var keyValueHeadCount: Int
  /// Width of a head; even (`head_dim`).
  public var headWidth: Int
  /// Added to the mean square in RMS norms (`rms_norm_eps`).
  public var normEpsilon: Float
  /// Rotary positions (`rope_parameters`, or `rope_theta` and `rope_scaling`).
  public var rotary: RotaryParameters
  /// The most positions the model was made for (`max_position_embeddings`).
  public var maximumPositions: Int
  /// Whether the head is the embedding table (`tie_word_embeddings`).
  public var tiesHead: Bool
  /// Standard deviation of random weights (`initializer_range`).
  public var initializerRange: Double
  /// The token that opens a text (`bos_token_id`).
  public var beginToken: Int32?
  /// The tokens that end a text (`eos_token_id`, one or a list).
  public var endTokens: [Int32]
  /// The token that fills rows (`pad_token_id`).
  public var paddingToken: Int32?
  /// The type in which the weights are stored (`dtype`, formerly `torch_dtype`).
  public var storedType: DType

  /// The linear layers that carry a bias (`attention_bias`, `mlp_bias`; always q, k and v in Qwen 2).
  public var biasedProjections: Set<Projection>
  /// Whether RMS norms stand behind the query and key projections, one weight for all heads
  /// (`q_norm`, `k_norm` of Qwen 3).
  public var normalizesHeads: Bool
  /// The most keys a query sees in each layer, its own among them; `nil`: all before it
  /// (`sliding_window`, `layer_types`). Empty where no layer has a window.
  public var windows: [Int?]
  /// How bitsandbytes has quantized the stored weights (`quantization_config`).
  public var storedQuantization: StoredQuantization?

  /// A configuration; defaults are those of `LlamaConfig`.
  public init(
    vocabularyCount: Int, hiddenWidth: Int, gateWidth: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int? = nil, headWidth: Int? = nil, normEpsilon: Float = 1e-6,
    rotary: RotaryParameters = RotaryParameters(), maximumPositions: Int = 2048,
    tiesHead: Bool = false, initializerRange: Double = 0.02, beginToken: Int32? = nil,
    endTokens: [Int32] = [], paddingToken: Int32? = nil, storedType: DType = .float32,
    family: ModelFamily = .llama, biasedProjections: Set<Projection> = [],
    normalizesHeads: Bool = false, windows: [Int?] = [],
    storedQuantization: StoredQuantization? = nil
  ) {
    self.family = family
    self.biasedProjections = biasedProjections
    self.normalizesHeads = normalizesHeads
    self.windows = windows.contains { $0 != nil } ? windows : []
    self.storedQuantization = storedQuantization
    self.vocabularyCount = vocabularyCount
    self.hiddenWidth = hiddenWidth
    self.gateWidth = gateWidth
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.headWidth = headWidth ?? hiddenWidth / max(headCount, 1)
    self.normEpsilon = normEpsilon
    self.rotary = rotary
    self.maximumPositions = maximumPositions
    self.tiesHead = tiesHead
    self.initializerRange = initializerRange
    self.beginToken = beginToken
    self.endTokens = endTokens
    self.paddingToken = paddingToken
    self.storedType = storedType
  }

  /// Width of all query heads of a layer.
  public var queryWidth: Int { headCount * headWidth }
  /// Width of all key (or value) heads of a layer.
  public var keyValueWidth: Int { keyValueHeadCount * headWidth }

  /// The most keys that a query of layer `index` sees; `nil`: all before it.
  public func window(ofLayer index: Int) -> Int? { windows.isEmpty ? nil : windows[index] }

  /// Parameters of the whole model; a tied head counts once.
  public var parameterCount: Int {
    let tables = vocabularyCount * hiddenWidth * (tiesHead ? 1 : 2)
    let projections = Projection.allCases.reduce(0) { total, projection in
      let (outputs, inputs) = projection.shape(in: self)
      return total + outputs * inputs + (biasedProjections.contains(projection) ? outputs : 0)
    }
    let norms = 2 * hiddenWidth + (normalizesHeads ? 2 * headWidth : 0)
    return tables + layerCount * (projections + norms) + hiddenWidth
  }
}
