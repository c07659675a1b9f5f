import Artifacts
import Fixtures
import Testing

@testable import Modeling

@Suite struct ModelConfigurationTests {
  private let place = SourceLocation(file: "config.json")

  private func json(_ changes: [(String, JSONValue?)] = []) -> JSONValue {
    var object: JSONObject = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64,
      "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
      "intermediate_size": 128, "vocab_size": 100, "rms_norm_eps": 1e-5, "rope_theta": 500_000.0,
      "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": [2, 3],
      "max_position_embeddings": 4096, "torch_dtype": "bfloat16", "attention_bias": false,
      "hidden_act": "silu", "pretraining_tp": 1, "use_cache": true,
    ]
    for (key, value) in changes { object[key] = value }
    return .object(object)
  }

  private func error(_ changes: (String, JSONValue?)...) -> String? {
    do {
      _ = try ModelConfiguration(json: json(changes), at: place)
      return nil
    } catch { return "\(error)" }
  }

  @Test func aLlamaConfigurationIsReadWhole() throws {
    let configuration = try ModelConfiguration(json: json(), at: place)
    #expect(
      configuration
        == ModelConfiguration(
          vocabularyCount: 100, hiddenWidth: 64, gateWidth: 128, layerCount: 2, headCount: 4,
          keyValueHeadCount: 2, headWidth: 16, normEpsilon: 1e-5,
          rotary: RotaryParameters(theta: 500_000), maximumPositions: 4096, tiesHead: true,
          beginToken: 1, endTokens: [2, 3], storedType: .bfloat16))
    // 100·64 + 2·(64·64 + 2·64·32 + 64·64 + 3·64·128 + 2·64) + 64
    #expect(configuration.parameterCount == 80_448)
  }

  @Test func whatIsAbsentHasTransformersDefaults() throws {
    let configuration = try ModelConfiguration(
      json: json([
        ("num_key_value_heads", nil), ("rms_norm_eps", nil), ("rope_theta", nil),
        ("tie_word_embeddings", nil), ("torch_dtype", nil), ("max_position_embeddings", nil),
        ("bos_token_id", .null), ("eos_token_id", 7),
      ]), at: place)
    #expect(configuration.keyValueHeadCount == 4)
    #expect(configuration.normEpsilon == 1e-6)
    #expect(configuration.rotary == RotaryParameters(theta: 10_000))
    #expect(!configuration.tiesHead)
    #expect(configuration.storedType == .float32)
    #expect(configuration.maximumPositions == 2048)
    #expect(configuration.beginToken == nil)
    #expect(configuration.endTokens == [7])
  }

  @Test func bothSpellingsOfRotaryScalingAreTheSame() throws {
    let scaling: JSONObject = [
      "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 8192, "rope_type": "llama3",
    ]
    var parameters = scaling
    parameters["rope_theta"] = 500_000.0
    let old = try ModelConfiguration(json: json([("rope_scaling", .object(scaling))]), at: place)
    let new = try ModelConfiguration(
      json: json([("rope_theta", nil), ("rope_parameters", .object(parameters))]), at: place)
    #expect(old == new)
    #expect(
      old.rotary.scaling
        == .llama3(
          factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192))
  }

  @Test func configurationsThatTransformersWroteAreRead() throws {
    guard let new = RepositoryPaths.shared("fixtures/tiny/config.json"),
      let old = RepositoryPaths.shared("fixtures/tiny/config_hub_style.json")
    else { return }
    #expect(try ModelConfiguration(contentsOf: new) == ModelConfiguration(contentsOf: old))
  }

  @Test func whatIsWrittenIsReadBack() throws {
    var configuration = try ModelConfiguration(json: json(), at: place)
    #expect(try ModelConfiguration(json: configuration.json, at: place) == configuration)
    configuration.rotary.scaling = .llama3(
      factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192)
    configuration.paddingToken = 9
    configuration.endTokens = [4]
    #expect(try ModelConfiguration(json: configuration.json, at: place) == configuration)
    #expect(configuration.json["rms_norm_eps"]?.double == 1e-5)
  }

  @Test(
    arguments: [
      ("model_type", "mixtral"), ("hidden_act", "gelu"), ("attention_dropout", 0.1),
      ("pretraining_tp", 2), ("partial_rotary_factor", 0.5), ("sliding_window", 4096),
      ("use_sliding_window", true), ("rope_interleaved", true), ("num_local_experts", 8),
      ("attn_logit_softcapping", 30.0), ("rope_scaling", ["rope_type": "dynamic", "factor": 4.0]),
      ("auto_map", ["AutoModel": "code.py"]),
    ] as [(String, JSONValue)])
  func whatTheDecoderDoesNotDoIsRefusedByName(key: String, value: JSONValue) {
    let message = error((key, value)) ?? "no error"
    let name = key == "rope_scaling" ? "rope_type" : key
    #expect(message.contains("`\(name)`"), "\(message)")
  }

  @Test func whatAFamilyLeavesUnsaidIsTransformersDefault() throws {
    func read(_ family: String, _ changes: [(String, JSONValue?)] = []) throws
      -> ModelConfiguration
    {
      try ModelConfiguration(
        json: json(
          [
            ("model_type", .string(family)), ("attention_bias", nil), ("num_attention_heads", 32),
            ("num_key_value_heads", nil), ("max_position_embeddings", nil),
          ] + changes), at: place)
    }
    let mistral = try read("mistral")
    #expect(mistral.keyValueHeadCount == 8)
    #expect(mistral.maximumPositions == 131_072)
    #expect(mistral.windows == [4096, 4096])
    #expect(mistral.biasedProjections.isEmpty)
    #expect(try read("mistral", [("sliding_window", .null)]).windows.isEmpty)
    let two = try read("qwen2")
    #expect(two.biasedProjections == [.query, .key, .value])
    #expect(two.windows.isEmpty)
    #expect(two.headWidth == 2)
    let three = try read("qwen3")
    #expect(three.headWidth == 128)
    #expect(three.normalizesHeads)
    #expect(three.biasedProjections.isEmpty)
    // `max_window_layers` is 28 where it is absent, more than there are.
    #expect(try read("qwen3", [("use_sliding_window", true)]).windows.isEmpty)
    let windowed = try read(
      "qwen3",
      [("use_sliding_window", true), ("sliding_window", 9), ("max_window_layers", 1)])
    #expect(windowed.windows == [nil, 9])
  }

  @Test func whatEveryFamilyWritesIsReadBack() throws {
    let cases: [[(String, JSONValue?)]] = [
      [("attention_bias", true), ("mlp_bias", true)],
      [("rope_scaling", ["rope_type": "linear", "factor": 2.0])],
      [("rope_scaling", ["type": "yarn", "factor": 4.0, "beta_fast": 16.0])],
      [("model_type", "mistral"), ("sliding_window", 7)],
      [("model_type", "mistral"), ("sliding_window", .null)],
      [("model_type", "qwen2")],
      [("model_type", "qwen3"), ("use_sliding_window", true), ("max_window_layers", 1)],
      [
        ("model_type", "qwen3"), ("use_sliding_window", true), ("sliding_window", 3),
        ("layer_types", ["sliding_attention", "full_attention"]),
      ],
      [("quantization_config", ["quant_method": "bitsandbytes", "load_in_8bit": true])],
      [
        (
          "quantization_config",
          [
            "quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": true,
          ]
        )
      ],
    ]
    for changes in cases {
      let configuration = try ModelConfiguration(json: json(changes), at: place)
      let again = try ModelConfiguration(json: configuration.json, at: place)
      #expect(again == configuration, "\(changes)")
    }
  }

  @Test func otherQuantizationsAreRefusedByName() {
    #expect(
      error(("quantization_config", ["quant_method": "gptq"]))?
        .contains("`quantization_config.quant_method` is \"gptq\"") == true)
    #expect(
      error(
        (
          "quantization_config",
          ["quant_method": "bitsandbytes", "bnb_4bit_quant_type": "fp4", "load_in_4bit": true]
        ))?.contains("`quantization_config.bnb_4bit_quant_type`") == true)
  }

  @Test func layerTypesMustFitTheLayers() {
    #expect(
      error(("model_type", "qwen2"), ("layer_types", ["full_attention"]))?
        .contains("`layer_types`") == true)
    #expect(
      error(("model_type", "qwen2"), ("layer_types", ["full_attention", "sliding_attention"]))?
        .contains("there is no window") == true)
    #expect(
      error(("layer_types", ["full_attention", "sliding_attention"]))?
        .contains("`layer_types`") == true)
  }

  @Test func valuesThatCannotBeAreRefused() {
    #expect(error(("hidden_size", 0))?.contains("`hidden_size` is 0") == true)
    #expect(error(("vocab_size", "many"))?.contains("`vocab_size` is \"many\"") == true)
    #expect(error(("hidden_size", nil))?.contains("has no `hidden_size`") == true)
    #expect(error(("num_key_value_heads", 3))?.contains("not a multiple") == true)
    #expect(error(("head_dim", 15))?.contains("not even") == true)
    #expect(error(("eos_token_id", 100))?.contains("outside the vocabulary") == true)
    #expect(error(("torch_dtype", "int8"))?.contains("float32, bfloat16 or float16") == true)
    #expect(error(("sliding_window", .null)) == nil)
  }
}
