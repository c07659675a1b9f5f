public import Artifacts
internal import Compute

extension ModelConfiguration {
  /// Reads a Hugging Face `config.json`.
  ///
  /// Every key is accounted for: those that shape the mathematics are read, those that demand
  /// something this decoder does not do are refused by name, those known to be without effect on
  /// it are passed over, and an unknown key is refused unless it is null.
  ///
  /// - Throws: `missingFile`, `malformed`, or `unsupported` with the key named.
  public init(contentsOf path: String) throws {
    let location = SourceLocation(file: path)
    let bytes = try TextFile(path).bytes
    self = try ModelConfiguration(json: JSONValue(parsing: bytes, at: location), at: location)
  }

  /// Reads the content of a `config.json`; `location` is where errors say it stands.
  public init(json: JSONValue, at location: SourceLocation) throws {
    var reader = try ConfigurationReader(json, at: location)
    try reader.require("model_type", toBe: ["llama"])
    let hidden = try reader.size("hidden_size")
    let heads = try reader.size("num_attention_heads")
    let positions = try reader.optionalSize("max_position_embeddings") ?? 2048
    self.init(
      vocabularyCount: try reader.size("vocab_size"), hiddenWidth: hidden,
      gateWidth: try reader.size("intermediate_size"),
      layerCount: try reader.size("num_hidden_layers"), headCount: heads,
      keyValueHeadCount: try reader.optionalSize("num_key_value_heads"),
      headWidth: try reader.optionalSize("head_dim"),
      normEpsilon: Float(try reader.number("rms_norm_eps", default: 1e-6)),
      rotary: try reader.rotary(positions: positions), maximumPositions: positions,
      tiesHead: try reader.boolean("tie_word_embeddings", default: false),
      initializerRange: try reader.number("initializer_range", default: 0.02),
      beginToken: try reader.tokens("bos_token_id").first,
      endTokens: try reader.tokens("eos_token_id"),
      paddingToken: try reader.tokens("pad_token_id").first,
      storedType: try reader.storedType())
    try reader.refuseWhatIsNotHandled()
    try reader.finish()
    try checkShapes(at: location)
  }

  /// Refuses shapes that no decoder has, before memory is taken for them.
  private func checkShapes(at location: SourceLocation) throws {
    func demand(_ condition: Bool, _ message: String) throws {
      guard !condition else { return }
      throw AksharaError(.malformed, message, at: location, remedy: "correct config.json")
    }
    try demand(
      headCount.isMultiple(of: keyValueHeadCount),
      "`num_attention_heads` \(headCount) is not a multiple of `num_key_value_heads` "
        + "\(keyValueHeadCount)")
    try demand(
      headWidth > 0 && headWidth.isMultiple(of: 2), "`head_dim` is \(headWidth), not even")
    try demand(normEpsilon > 0, "`rms_norm_eps` is \(normEpsilon), not above 0")
    try demand(rotary.theta > 0, "`rope_theta` is \(rotary.theta), not above 0")
    for token in endTokens + [beginToken, paddingToken].compactMap({ $0 }) {
      // transformers writes −1 where it means that there is no such token.
      try demand(
        token >= -1 && Int(token) < vocabularyCount,
        "the token \(token) is outside the vocabulary of \(vocabularyCount)")
    }
  }
}

/// Reads the keys of a `config.json` and remembers which were asked for.
struct ConfigurationReader {
  private let object: JSONObject
  private let location: SourceLocation
  private var asked: Set<String> = []

  /// Sizes above this are refused before memory is taken: no decoder comes near it.
  private static let largestSize = 1 << 28

  init(_ json: JSONValue, at location: SourceLocation) throws {
    guard case .object(let object) = json else {
      throw AksharaError(.malformed, "a configuration is a JSON object", at: location)
    }
    self.object = object
    self.location = location
  }

  private mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  private func wrong(_ key: String, _ value: JSONValue, _ wanted: String) -> AksharaError {
    AksharaError(
      .malformed, "`\(key)` is \(value.compactString)", at: location, remedy: "give \(wanted)")
  }

  mutating func optionalSize(_ key: String) throws -> Int? {
    guard let value = value(key) else { return nil }
    guard let integer = value.integer, (1...Int64(Self.largestSize)).contains(integer) else {
      throw wrong(key, value, "a whole number from 1 to \(Self.largestSize)")
    }
    return Int(integer)
  }

  mutating func size(_ key: String) throws -> Int {
    guard let size = try optionalSize(key) else {
      throw AksharaError(.malformed, "the configuration has no `\(key)`", at: location)
    }
    return size
  }

  mutating func number(_ key: String, default fallback: Double) throws -> Double {
    guard let value = value(key) else { return fallback }
    guard let number = value.double, number.isFinite else { throw wrong(key, value, "a number") }
    return number
  }

  mutating func boolean(_ key: String, default fallback: Bool) throws -> Bool {
    guard let value = value(key) else { return fallback }
    guard let boolean = value.bool else { throw wrong(key, value, "true or false") }
    return boolean
  }

  /// A token, a list of tokens, or nothing.
  mutating func tokens(_ key: String) throws -> [Int32] {
    guard let value = value(key) else { return [] }
    return try (value.array ?? [value]).map { element in
      guard let integer = element.integer, let token = Int32(exactly: integer) else {
        throw wrong(key, value, "a token ID or a list of them")
      }
      return token
    }
  }

  mutating func storedType() throws -> DType {
    let (new, old) = (value("dtype"), value("torch_dtype"))
    guard let value = new ?? old else { return .float32 }
    guard let type = value.string.flatMap(DType.init(rawValue:)),
      [.float32, .bfloat16, .float16].contains(type)
    else { throw wrong("dtype", value, "float32, bfloat16 or float16") }
    return type
  }

  /// Refuses a value that is not among `allowed`; the key must be there.
  mutating func require(_ key: String, toBe allowed: [String]) throws {
    let found = value(key)
    if let text = found?.string, allowed.contains(text) { return }
    throw AksharaError(
      .unsupported, "`\(key)` is \((found ?? .null).compactString)", at: location,
      remedy: "this decoder handles \(allowed.joined(separator: ", "))")
  }

  // MARK: Rotary positions

  /// Reads both spellings: `rope_parameters` (transformers 5) and `rope_theta` + `rope_scaling`.
  mutating func rotary(positions: Int) throws -> RotaryParameters {
    let theta = try number("rope_theta", default: RotaryParameters().theta)
    let (new, old) = (value("rope_parameters"), value("rope_scaling"))
    guard let value = new ?? old else { return RotaryParameters(theta: theta) }
    var reader = try ConfigurationReader(value, at: location)
    let parameters = RotaryParameters(
      theta: try reader.number("rope_theta", default: theta),
      scaling: try reader.scaling(positions: positions))
    _ = try reader.neutral("partial_rotary_factor", 1)
    try reader.finish(inside: new == nil ? "rope_scaling" : "rope_parameters")
    return parameters
  }

  private mutating func scaling(positions: Int) throws -> RotaryParameters.Scaling {
    let (new, old) = (value("rope_type"), value("type"))
    guard let value = new ?? old, value != .string("default") else { return .none }
    guard value == .string("llama3") else {
      throw AksharaError(
        .unsupported, "`rope_type` is \(value.compactString)", at: location,
        remedy: "this decoder handles default and llama3")
    }
    return .llama3(
      factor: try number("factor", default: 8),
      lowFrequencyFactor: try number("low_freq_factor", default: 1),
      highFrequencyFactor: try number("high_freq_factor", default: 4),
      originalPositions: try optionalSize("original_max_position_embeddings") ?? positions)
  }

  // MARK: What is not handled

  /// Refuses `key` unless it has the value that means "not used".
  mutating func neutral(_ key: String, _ allowed: JSONValue...) throws {
    guard let value = value(key) else { return }
    let same = allowed.contains { allowed in
      if let left = allowed.double, let right = value.double { return left == right }
      return allowed == value
    }
    guard !same else { return }
    throw AksharaError(
      .unsupported, "`\(key)` is \(value.compactString), which this decoder does not handle",
      at: location, remedy: "use a model with `\(key)`: \(allowed[0].compactString)")
  }

  mutating func refuseWhatIsNotHandled() throws {
    try neutral("hidden_act", "silu")
    try neutral("attention_bias", false)
    try neutral("mlp_bias", false)
    try neutral("attention_dropout", 0)
    try neutral("partial_rotary_factor", 1)
    try neutral("is_encoder_decoder", false)
    // Splits products into slices, which changes only the rounding; Llama 2 checkpoints carry 1.
    try neutral("pretraining_tp", 1)
  }

  /// Refuses keys that nobody asked for and that are not known to be without effect.
  func finish(inside section: String = "the configuration") throws {
    for pair in object.pairs where !asked.contains(pair.key) && pair.value != .null {
      guard !Self.withoutEffect.contains(pair.key) else { continue }
      throw AksharaError(
        .unsupported,
        "`\(pair.key)` in \(section) is unknown and may change what the model computes",
        at: location, remedy: "remove the key if it does not")
    }
  }

  /// Keys of transformers' configurations that do not reach the computation of a Llama model:
  /// names and versions, what a forward pass returns, how it is made fast, defaults of `generate`
  /// (which every caller sets here), and the classification heads' keys.
  private static let withoutEffect: Set<String> = [
    "architectures", "_name_or_path", "name_or_path", "transformers_version", "use_cache",
    "return_dict", "return_dict_in_generate", "output_hidden_states", "output_attentions",
    "output_scores", "torchscript", "_attn_implementation", "attn_implementation",
    "_attn_implementation_autoset", "_flash_attn_2_enabled", "chunk_size_feed_forward",
    "add_cross_attention", "cross_attention_hidden_size", "is_decoder", "finetuning_task",
    "id2label", "label2id", "num_labels", "problem_type", "task_specific_params",
    "tokenizer_class", "prefix", "sep_token_id", "decoder_start_token_id",
    "forced_bos_token_id", "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens",
    "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups",
    "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty",
    "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
    "num_return_sequences", "exponential_decay_length_penalty", "remove_invalid_values",
    "tf_legacy_loss", "use_bfloat16", "unsloth_version", "unsloth_fixed",
  ]
}
