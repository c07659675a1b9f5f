public import Artifacts

extension ModelConfiguration {
  /// The `config.json` of this model.
  ///
  /// In the spelling of Hub checkpoints (`rope_theta`, `rope_scaling`, `torch_dtype`), which every
  /// version of transformers and other loaders read; `rope_parameters` and `dtype` are read by
  /// transformers 5 only, and an older one would silently take its own defaults.
  public var json: JSONValue {
    func token(_ token: Int32?) -> JSONValue { token.map { JSONValue($0) } ?? .null }
    let ends: JSONValue =
      endTokens.count > 1 ? .array(endTokens.map { JSONValue($0) }) : token(endTokens.first)
    return [
      "architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
      "bos_token_id": token(beginToken), "eos_token_id": ends, "head_dim": JSONValue(headWidth),
      "hidden_act": "silu", "hidden_size": JSONValue(hiddenWidth),
      "initializer_range": .number(initializerRange), "intermediate_size": JSONValue(gateWidth),
      "max_position_embeddings": JSONValue(maximumPositions), "mlp_bias": false,
      "model_type": "llama", "num_attention_heads": JSONValue(headCount),
      "num_hidden_layers": JSONValue(layerCount),
      "num_key_value_heads": JSONValue(keyValueHeadCount), "pad_token_id": token(paddingToken),
      // Through its shortest text, so that 1e-05 is not written as 9.999999747378752e-06.
      "rms_norm_eps": .number(Double("\(normEpsilon)") ?? Double(normEpsilon)),
      "rope_scaling": rotary.scaling.json, "rope_theta": .number(rotary.theta),
      "tie_word_embeddings": .bool(tiesHead), "torch_dtype": .string(storedType.rawValue),
      "use_cache": true, "vocab_size": JSONValue(vocabularyCount),
    ]
  }
}

extension RotaryParameters.Scaling {
  /// The value of `rope_scaling`.
  var json: JSONValue {
    switch self {
    case .none: return .null
    case .llama3(let factor, let low, let high, let positions):
      return [
        "factor": .number(factor), "high_freq_factor": .number(high),
        "low_freq_factor": .number(low),
        "original_max_position_embeddings": JSONValue(positions), "rope_type": "llama3",
      ]
    }
  }
}
