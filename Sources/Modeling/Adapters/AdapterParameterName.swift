/// The names of an adapter's tensors in PEFT's layout.
///
///     base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight            [rank, in]
///     base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight            [out, rank]
///     base_model.model.model.layers.3.self_attn.q_proj.lora_magnitude_vector    [out]
///     base_model.model.lm_head.weight                                           a module trained whole
///     base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta  [rows, hidden]
struct AdapterParameterName: Hashable, Sendable {
  private static let prefix = "base_model.model."

  let a: String
  let b: String
  let magnitude: String

  init(layer: Int, _ projection: Projection) {
    let module = Self.prefix + ParameterName.module(layer: layer, projection)
    a = module + ".lora_A.weight"
    b = module + ".lora_B.weight"
    magnitude = module + ".lora_magnitude_vector"
  }

  /// The weight of a module that is trained whole.
  static func saved(_ module: SavedModule) -> String { prefix + module.parameterName }

  /// The trained rows of the embedding or the head.
  static func rows(of module: SavedModule) -> String {
    prefix + module.moduleName + ".token_adapter.trainable_tokens_delta"
  }
}
