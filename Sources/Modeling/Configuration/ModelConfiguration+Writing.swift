public import Artifacts

extension ModelConfiguration {
  /// The `config.json` that transformers 5 reads as this model.
  public var json: JSONValue {
    func token(_ token: Int32?) -> JSONValue { token.map { JSONValue($0) } ?? .null }
    let ends: JSONValue =
      endTokens.count > 1 ? .array(endTokens.map { JSONValue($0) }) : token(endTokens.first)
    return [
      "architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
      "bos_token_id": token(beginToken), "dtype": .string(storedType.rawValue),
      "eos_token_id": ends, "head_dim": JSONValue(headWidth), "hidden_act": "silu",
      "hidden_size": JSONValue(hiddenWidth), "initializer_range": .number(initializerRange),
      "intermediate_size": JSONValue(gateWidth),
      "max_position_embeddings": JSONValue(maximumPositions), "mlp_bias": false,
      "model_type": "llama", "num_attention_heads": JSONValue(headCount),
      "num_hidden_layers": JSONValue(layerCount),
      "num_key_value_heads": JSONValue(keyValueHeadCount), "pad_token_id": token(paddingToken),
      // Through its shortest text, so that 1e-05 is not written as 9.999999747378752e-06.
      "rms_norm_eps": .number(Double("\(normEpsilon)") ?? Double(normEpsilon)),
      "rope_parameters": rotary.json, "tie_word_embeddings": .bool(tiesHead),
      "use_cache": true, "vocab_size": JSONValue(vocabularyCount),
    ]
  }
}

extension RotaryParameters {
  /// The value of `rope_parameters`.
  var json: JSONValue {
    switch scaling {
    case .none: return ["rope_theta": .number(theta), "rope_type": "default"]
    case .llama3(let factor, let low, let high, let positions):
      return [
        "factor": .number(factor), "high_freq_factor": .number(high),
        "low_freq_factor": .number(low),
        "original_max_position_embeddings": JSONValue(positions), "rope_theta": .number(theta),
        "rope_type": "llama3",
      ]
    }
  }
}
