/// The names of an adapter's tensors in PEFT's layout.
///
///     base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight    [rank, in]
///     base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight    [out, rank]
struct AdapterParameterName: Hashable, Sendable {
  let a: String
  let b: String

  init(layer: Int, _ projection: Projection) {
    let module = "base_model.model." + ParameterName.module(layer: layer, projection)
    a = module + ".lora_A.weight"
    b = module + ".lora_B.weight"
  }
}
