/// The families of decoders that are handled: `model_type` of a configuration.
///
/// They share one decoder. A family decides what its configuration leaves unsaid: defaults of absent
/// keys, and features that transformers writes into the family's code instead of into a key.
public enum ModelFamily: String, Sendable, CaseIterable {
  /// Llama 2, 3, 3.1, 3.2, TinyLlama, SmolLM. Source: Touvron et al. 2023, "Llama 2".
  case llama
  /// Mistral: attention over a sliding window. Source: Jiang et al. 2023, "Mistral 7B".
  case mistral
  /// Qwen 2 and 2.5: biases on queries, keys and values. Source: Yang et al. 2024, "Qwen2".
  case qwen2
  /// Qwen 3: RMS norms on each head's query and key. Source: Yang et al. 2025, "Qwen3".
  case qwen3

  /// The class that transformers loads (`architectures`).
  var architecture: String {
    switch self {
    case .llama: "LlamaForCausalLM"
    case .mistral: "MistralForCausalLM"
    case .qwen2: "Qwen2ForCausalLM"
    case .qwen3: "Qwen3ForCausalLM"
    }
  }

  /// `num_key_value_heads` where the key is absent; `nil`: as many as query heads.
  var defaultKeyValueHeads: Int? {
    switch self {
    case .llama: nil
    case .mistral: 8
    case .qwen2, .qwen3: 32
    }
  }

  /// `head_dim` where the key is absent; `nil`: hidden / heads.
  var defaultHeadWidth: Int? { self == .qwen3 ? 128 : nil }

  /// `max_position_embeddings` where the key is absent.
  var defaultPositions: Int {
    switch self {
    case .llama: 2048
    case .mistral: 131_072
    case .qwen2, .qwen3: 32_768
    }
  }

  /// Whether queries and keys are normalized head by head.
  var normalizesHeads: Bool { self == .qwen3 }
}
