public import Artifacts

/// An adapter's `adapter_config.json`, as PEFT 0.21 writes and reads it.
public struct AdapterConfiguration: Sendable, Equatable {
  /// The rank (`r`).
  public var rank: Int
  /// alpha (`lora_alpha`).
  public var alpha: Double
  /// The dropout it was trained with (`lora_dropout`).
  public var dropout: Double
  /// The names of the adapted modules, sorted (`target_modules`).
  public var targetModules: [String]
  /// The base: a hub ID, or a path (`base_model_name_or_path`).
  public var baseName: String?
  /// The base's revision on the hub (`revision`).
  public var baseRevision: String?

  /// The configuration of an adapter made with `options`.
  public init(_ options: LoRAOptions, baseName: String?, baseRevision: String?) {
    rank = options.rank
    alpha = options.alpha
    dropout = options.dropout
    targetModules =
      switch options.targets {
      case .allLinear: Projection.allCases.map(\.rawValue).sorted()
      case .named(let names): names.sorted()
      }
    self.baseName = baseName
    self.baseRevision = baseRevision
  }

  /// alpha / rank.
  public var scaling: Float { Float(alpha / Double(rank)) }

  /// All keys of PEFT 0.21's `LoraConfig`, sorted as PEFT sorts them.
  public var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    // PEFT writes a whole alpha without a fraction.
    let alpha = Int64(exactly: self.alpha).map { JSONValue.integer($0) } ?? .number(self.alpha)
    var object: JSONObject = [
      "alora_invocation_tokens": .null, "alpha_pattern": [:], "arrow_config": .null,
      "auto_mapping": .null, "base_model_name_or_path": text(baseName), "bias": "none",
      "corda_config": .null, "ensure_weight_tying": false, "eva_config": .null,
      "exclude_modules": .null, "fan_in_fan_out": false, "inference_mode": true,
      "init_lora_weights": true, "kasa_config": .null, "layer_replication": .null,
      "layers_pattern": .null, "layers_to_transform": .null, "loftq_config": [:],
      "lora_alpha": alpha, "lora_bias": false, "lora_dropout": .number(dropout),
      "lora_ga_config": .null, "megatron_config": .null, "megatron_core": "megatron.core",
      "modules_to_save": .null, "monteclora_config": .null, "peft_type": "LORA",
      "peft_version": "0.21.2", "qalora_group_size": 16, "r": JSONValue(rank),
      "rank_pattern": [:], "revision": text(baseRevision),
    ]
    object["target_modules"] = .array(targetModules.map { .string($0) })
    let rest: JSONObject = [
      "target_parameters": .null, "task_type": "CAUSAL_LM", "trainable_token_indices": .null,
      "use_bdlora": .null, "use_dora": false, "use_qalora": false, "use_rslora": false,
      "velora_config": .null,
    ]
    for pair in rest.pairs { object.append(pair.key, pair.value) }
    return .object(object)
  }

  // MARK: Reading

  /// Reads `adapter_config.json`.
  ///
  /// - Throws: `malformed`, or `unsupported` with the key that asks for something else than plain
  ///   LoRA on linear layers.
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
    let targets = object["target_modules"]
    self.rank = Int(rank)
    self.alpha = alpha
    dropout = object["lora_dropout"]?.double ?? 0
    targetModules = (targets?.array?.compactMap(\.string) ?? [targets?.string].compactMap { $0 })
      .sorted()
    baseName = object["base_model_name_or_path"]?.string
    baseRevision = object["revision"]?.string
    try Self.refuseWhatIsNotHandled(object, at: location)
  }

  /// Keys that say where an adapter came from or how it began, not what it computes; which modules
  /// are adapted is read from the tensors.
  private static let withoutEffect: Set<String> = [
    "peft_type", "peft_version", "task_type", "r", "lora_alpha", "lora_dropout", "target_modules",
    "exclude_modules", "base_model_name_or_path", "revision", "inference_mode", "auto_mapping",
    "init_lora_weights", "layers_pattern", "layers_to_transform", "loftq_config", "eva_config",
    "corda_config", "lora_ga_config", "megatron_core", "megatron_config", "qalora_group_size",
    "runtime_config", "ensure_weight_tying",
  ]

  private static func refuseWhatIsNotHandled(
    _ object: JSONObject, at location: SourceLocation
  ) throws {
    for pair in object.pairs where !withoutEffect.contains(pair.key) {
      let isOff =
        [.null, false, [], .object(JSONObject())].contains(pair.value)
        || (pair.key == "bias" && pair.value == "none")
      guard !isOff else { continue }
      throw AksharaError(
        .unsupported,
        "the adapter asks for `\(pair.key)`: \(pair.value.compactString), which is not handled",
        at: location, remedy: "give an adapter of plain LoRA layers")
    }
  }
}
