public import Artifacts

/// An adapter's `adapter_config.json`, as PEFT 0.21 writes and reads it.
public struct AdapterConfiguration: Sendable, Equatable {
  /// What is adapted and how.
  public var options: LoRAOptions
  /// The base: a hub ID, or a path (`base_model_name_or_path`).
  public var baseName: String?
  /// The base's revision on the hub (`revision`).
  public var baseRevision: String?

  /// The configuration of an adapter made with `options`.
  public init(_ options: LoRAOptions, baseName: String?, baseRevision: String?) {
    self.options = options
    // As PEFT writes them: sorted, and `all-linear` as the names that it stands for.
    switch options.targets {
    case .allLinear: self.options.targets = .named(Projection.allCases.map(\.rawValue).sorted())
    case .named(let names): self.options.targets = .named(names.sorted())
    case .pattern: break
    }
    self.baseName = baseName
    self.baseRevision = baseRevision
  }

  /// All keys of PEFT 0.21's `LoraConfig`, sorted as PEFT sorts them.
  public var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    // PEFT writes a whole alpha without a fraction.
    func number(_ value: Double) -> JSONValue {
      Int64(exactly: value).map { JSONValue.integer($0) } ?? .number(value)
    }
    let alphas = options.alphas.map { ($0.pattern, number($0.value)) }
    let ranks = options.ranks.map { ($0.pattern, JSONValue($0.value)) }
    let pairs: [(String, JSONValue)] = [
      ("alpha_pattern", .object(JSONObject(alphas))),
      ("base_model_name_or_path", text(baseName)),
      ("exclude_modules", options.excluded?.json ?? .null),
      ("layers_to_transform", options.layers.map { .array($0.map { JSONValue($0) }) } ?? .null),
      ("lora_alpha", number(options.alpha)), ("lora_dropout", .number(options.dropout)),
      (
        "modules_to_save",
        options.savedModules.isEmpty ? .null : .array(options.savedModules.map { .string($0) })
      ),
      ("r", JSONValue(options.rank)), ("rank_pattern", .object(JSONObject(ranks))),
      ("revision", text(baseRevision)), ("target_modules", options.targets.json),
      ("trainable_token_indices", options.trainedTokens?.json ?? .null),
      ("use_dora", .bool(options.isDecomposed)), ("use_rslora", .bool(options.isRankStabilized)),
    ]
    let all = pairs + Self.constantKeys.pairs.map { ($0.key, $0.value) }
    return .object(JSONObject(all.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
  }

  /// Keys whose value is the same in every adapter that is made here.
  private static let constantKeys: JSONObject = [
    "alora_invocation_tokens": .null, "arrow_config": .null, "auto_mapping": .null,
    "bias": "none", "corda_config": .null, "ensure_weight_tying": false, "eva_config": .null,
    "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
    "kasa_config": .null, "layer_replication": .null, "layers_pattern": .null,
    "loftq_config": [:], "lora_bias": false, "lora_ga_config": .null, "megatron_config": .null,
    "megatron_core": "megatron.core", "monteclora_config": .null, "peft_type": "LORA",
    "peft_version": "0.21.2", "qalora_group_size": 16, "target_parameters": .null,
    "task_type": "CAUSAL_LM", "use_bdlora": .null, "use_qalora": false, "velora_config": .null,
  ]

  // MARK: Reading

  /// Reads `adapter_config.json`.
  ///
  /// - Throws: `malformed`, or `unsupported` with the key that asks for something else than
  ///   LoRA (also rank-stabilized or decomposed) on linear layers.
  public init(json: JSONValue, at location: SourceLocation) throws {
    func malformed(_ message: String) -> AksharaError {
      AksharaError(.malformed, message, at: location)
    }
    guard let object = json.object else { throw malformed("an adapter's file is a JSON object") }
    guard object["peft_type"]?.string == "LORA" else {
      throw AksharaError(
        .unsupported, "`peft_type` is \((object["peft_type"] ?? .null).compactString)",
        at: location, remedy: "give a LoRA adapter")
    }
    guard let rank = object["r"]?.integer, (1...65_536).contains(rank) else {
      throw malformed("`r` is not a whole number above 0")
    }
    guard let alpha = object["lora_alpha"]?.double, alpha.isFinite else {
      throw malformed("`lora_alpha` is not a number")
    }
    options = LoRAOptions(
      rank: Int(rank), alpha: alpha, dropout: object["lora_dropout"]?.double ?? 0)
    options.isRankStabilized = object["use_rslora"]?.bool ?? false
    options.isDecomposed = object["use_dora"]?.bool ?? false
    try options.readModules { key in
      guard let value = object[key], value != .null else { return nil }
      return AdapterValue(key: key, json: value, location: location)
    }
    baseName = object["base_model_name_or_path"]?.string
    baseRevision = object["revision"]?.string
    try Self.refuseWhatIsNotHandled(object, at: location)
    try Self.refuseChangedBases(object["init_lora_weights"] ?? true, at: location)
  }

  /// Ways to begin that leave the base as it is.
  private static let beginnings: [JSONValue] = [
    .null, true, false, "gaussian", "eva", "orthogonal",
  ]

  /// Refuses adapters that begin with a part of the base's weights (`pissa`, `olora`, `corda`,
  /// `loftq`, …): PEFT takes that part out of the base again whenever it loads one, so they mean
  /// nothing over the base as it is stored.
  private static func refuseChangedBases(
    _ beginning: JSONValue, at location: SourceLocation
  ) throws {
    guard !beginnings.contains(beginning) else { return }
    throw AksharaError(
      .unsupported,
      "the adapter was begun with `init_lora_weights`: \(beginning.compactString), which changes the base, too",
      at: location,
      remedy: "save it as plain LoRA, with peft's "
        + "`save_pretrained(…, path_initial_model_for_weight_conversion=…)`")
  }

  /// Keys that are read, and keys that say where an adapter came from, not what it computes. Which
  /// modules are adapted, and with which rank, is read from the tensors.
  private static let withoutEffect: Set<String> = [
    "peft_type", "peft_version", "task_type", "r", "lora_alpha", "lora_dropout", "target_modules",
    "exclude_modules", "base_model_name_or_path", "revision", "inference_mode", "auto_mapping",
    "init_lora_weights", "layers_pattern", "layers_to_transform", "loftq_config", "eva_config",
    "corda_config", "lora_ga_config", "megatron_core", "megatron_config", "qalora_group_size",
    "runtime_config", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern",
    "modules_to_save", "trainable_token_indices",
  ]

  private static func refuseWhatIsNotHandled(
    _ object: JSONObject, at location: SourceLocation
  ) throws {
    for pair in object.pairs where !withoutEffect.contains(pair.key) {
      let isOff =
        [.null, false, [], .object(JSONObject())].contains(pair.value)
        || (pair.key == "bias" && pair.value == "none")
      // Rows are tied with the head's in any case; whole modules are not.
      let isTied = pair.key == "ensure_weight_tying" && object["modules_to_save"]?.array == nil
      guard !isOff, !isTied else { continue }
      throw AksharaError(
        .unsupported,
        "the adapter asks for `\(pair.key)`: \(pair.value.compactString), which is not handled",
        at: location, remedy: "give an adapter of LoRA layers over the linear layers of a decoder")
    }
  }
}
