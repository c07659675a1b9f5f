internal import Artifacts
internal import Compute

/// Reads the keys of a `config.json` and remembers which were asked for.
struct ConfigurationReader {
  private let object: JSONObject
  let location: SourceLocation
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

  /// The value of a key; `nil` where it is absent or null.
  mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  /// Whether the key is absent; null is there.
  func lacks(_ key: String) -> Bool { object[key] == nil }

  func wrong(_ key: String, _ value: JSONValue, _ wanted: String) -> AksharaError {
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

  /// A size whose key may be absent, which has a meaning of its own beside null.
  mutating func optionalSize(_ key: String, absent: Int?) throws -> Int? {
    let isAbsent = lacks(key)
    return try optionalSize(key) ?? (isAbsent ? absent : nil)
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
    try neutral("attention_dropout", 0)
    try neutral("partial_rotary_factor", 1)
    try neutral("is_encoder_decoder", false)
    // Splits products into slices, which changes only the rounding; Llama 2 checkpoints carry 1.
    try neutral("pretraining_tp", 1)
    try neutral("rope_interleaved", false)
    try neutral("use_mrope", false)
    try neutral("attn_logit_softcapping", .null)
    try neutral("final_logit_softcapping", .null)
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

  /// Keys of transformers' configurations that do not reach the computation of these families:
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
    "is_llama_config", "transformers.js_config", "tokenizer_model_max_length",
    "tokenizer_padding_side", "_attn_implementation_internal", "max_sequence_length",
    "model_max_length", "_commit_hash", "max_new_tokens", "cache_implementation",
    "tie_encoder_decoder",
  ]
}
