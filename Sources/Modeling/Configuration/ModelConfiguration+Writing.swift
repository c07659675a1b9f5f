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
    var pairs: [(String, JSONValue)] = [
      ("architectures", [.string(family.architecture)]), ("attention_dropout", 0.0),
      ("bos_token_id", token(beginToken)), ("eos_token_id", ends),
      ("head_dim", JSONValue(headWidth)), ("hidden_act", "silu"),
      ("hidden_size", JSONValue(hiddenWidth)), ("initializer_range", .number(initializerRange)),
      ("intermediate_size", JSONValue(gateWidth)),
      ("max_position_embeddings", JSONValue(maximumPositions)),
      ("model_type", .string(family.rawValue)), ("num_attention_heads", JSONValue(headCount)),
      ("num_hidden_layers", JSONValue(layerCount)),
      ("num_key_value_heads", JSONValue(keyValueHeadCount)), ("pad_token_id", token(paddingToken)),
      // Through its shortest text, so that 1e-05 is not written as 9.999999747378752e-06.
      ("rms_norm_eps", .number(Double("\(normEpsilon)") ?? Double(normEpsilon))),
      ("rope_scaling", rotary.scaling.json), ("rope_theta", .number(rotary.theta)),
      ("tie_word_embeddings", .bool(tiesHead)), ("torch_dtype", .string(storedType.rawValue)),
      ("use_cache", true), ("vocab_size", JSONValue(vocabularyCount)),
    ]
    pairs += familyKeys
    if let storedQuantization { pairs.append(("quantization_config", storedQuantization.json)) }
    return .object(JSONObject(pairs.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
  }

  /// Keys that not every family has.
  private var familyKeys: [(String, JSONValue)] {
    let attentionBias = ("attention_bias", JSONValue.bool(biasedProjections.contains(.output)))
    switch family {
    case .llama:
      return [attentionBias, ("mlp_bias", .bool(biasedProjections.contains(.gate)))]
    case .mistral: return [("sliding_window", windowJSON)]
    case .qwen2: return windowKeys
    case .qwen3: return windowKeys + [attentionBias]
    }
  }

  private var windowJSON: JSONValue {
    windows.compactMap { $0 }.first.map { JSONValue($0) } ?? .null
  }

  private var windowKeys: [(String, JSONValue)] {
    let types = (0..<layerCount).map { layer -> JSONValue in
      window(ofLayer: layer) == nil ? "full_attention" : "sliding_attention"
    }
    let first = (0..<layerCount).first { window(ofLayer: $0) != nil } ?? layerCount
    return [
      ("layer_types", .array(types)), ("max_window_layers", JSONValue(first)),
      ("sliding_window", windowJSON), ("use_sliding_window", .bool(!windows.isEmpty)),
    ]
  }
}

extension RotaryParameters.Scaling {
  /// The value of `rope_scaling`.
  var json: JSONValue {
    switch self {
    case .none: return .null
    case .linear(let factor): return ["factor": .number(factor), "rope_type": "linear"]
    case .yarn(let yarn):
      return [
        "attention_factor": yarn.attentionFactor.map { .number($0) } ?? .null,
        "beta_fast": .number(yarn.fastTurns), "beta_slow": .number(yarn.slowTurns),
        "factor": .number(yarn.factor),
        "original_max_position_embeddings": JSONValue(yarn.originalPositions),
        "rope_type": "yarn", "truncate": .bool(yarn.roundsBorders),
      ]
    case .llama3(let factor, let low, let high, let positions):
      return [
        "factor": .number(factor), "high_freq_factor": .number(high),
        "low_freq_factor": .number(low),
        "original_max_position_embeddings": JSONValue(positions), "rope_type": "llama3",
      ]
    }
  }
}
