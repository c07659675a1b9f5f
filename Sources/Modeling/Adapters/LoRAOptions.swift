public import Artifacts
package import Compute

/// The low-rank adapter: the recipe's `lora` table. Keys are those of PEFT's `LoraConfig`.
///
/// ```yaml
/// lora:
///   r: 16
///   lora_alpha: 32
///   target_modules: all-linear          # or a list of names, or a regular expression
///   rank_pattern: {down_proj: 32}       # other ranks for some modules
///   modules_to_save: [lm_head]          # modules that are trained whole
///   trainable_token_indices: [512, 513] # rows of the embedding that are trained
/// ```
public struct LoRAOptions: Sendable, Equatable {
  /// Which linear layers carry an adapter, or carry none.
  public enum Targets: Sendable, Equatable {
    /// Every linear layer of the decoder but the head, as PEFT's `all-linear`.
    case allLinear
    /// Those whose module name is one of these or ends in `.` and one of these.
    case named([String])
    /// Those whose whole module name this regular expression matches.
    case pattern(String)
  }

  /// The rank (`r`).
  public var rank: Int
  /// alpha; the update is scaled by alpha / rank (`lora_alpha`).
  public var alpha: Double
  /// The probability with which an input element is dropped while training (`lora_dropout`).
  public var dropout: Double
  /// Which layers are adapted (`target_modules`).
  public var targets: Targets
  /// Which are not, though `targets` has them (`exclude_modules`).
  public var excluded: Targets?
  /// The decoder layers that are adapted, with `targets` by name; `nil`: all (`layers_to_transform`).
  public var layers: [Int]?
  /// Whether the update is scaled by alpha / √rank (`use_rslora`).
  public var isRankStabilized = false
  /// Whether magnitudes are trained apart from directions (`use_dora`).
  public var isDecomposed = false
  /// Ranks of modules whose name ends in a match of the pattern; the first that fits (`rank_pattern`).
  public var ranks: [ModulePattern<Int>] = []
  /// alphas, likewise (`alpha_pattern`).
  public var alphas: [ModulePattern<Double>] = []
  /// Modules that are trained whole: those whose name ends in one of these (`modules_to_save`).
  public var savedModules: [String] = []
  /// Rows of the embedding or the head that are trained (`trainable_token_indices`).
  public var trainedTokens: TrainedTokens?
  /// Whether adapter weights are float32 over a base of 16 bits; if not, they are rounded to the
  /// base's bfloat16 behind every step (`autocast_adapter_dtype`, an argument of PEFT's
  /// `get_peft_model`).
  public var isFloat32 = true

  /// Options; the defaults are those of the QLoRA recipes for models of this size.
  public init(
    rank: Int = 16, alpha: Double = 32, dropout: Double = 0, targets: Targets = .allLinear
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets
  }

  /// What the low-rank update of a module is multiplied with: alpha / rank, or alpha / √rank.
  ///
  /// Source: Hu et al. 2021, section 4.1; Kalajdzievski 2023, "A rank stabilization scaling factor
  /// for fine-tuning with LoRA", theorem 3.2.
  ///
  /// - Parameters:
  ///   - module: such as `model.layers.3.self_attn.q_proj`.
  ///   - rank: the module's rank.
  func scaling(ofModule module: String, rank: Int) throws -> Float {
    let alpha = try alphas.value(for: module, key: "alpha_pattern") ?? alpha
    return Float(alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank)))
  }

  /// The type in which an adapter over a base is kept and written.
  package func storedType(over base: ModelConfiguration) -> DType {
    !isFloat32 && base.storedType == .bfloat16 ? .bfloat16 : .float32
  }

  /// The rank of a module.
  func rank(ofModule module: String) throws -> Int {
    try ranks.value(for: module, key: "rank_pattern") ?? rank
  }

  /// All values as they are written into manifests.
  public var json: JSONValue {
    var object: JSONObject = [
      "r": JSONValue(rank), "lora_alpha": .number(alpha), "lora_dropout": .number(dropout),
      "target_modules": targets.json, "exclude_modules": excluded?.json ?? .null,
      "layers_to_transform": layers.map { .array($0.map { JSONValue($0) }) } ?? .null,
      "use_rslora": .bool(isRankStabilized), "use_dora": .bool(isDecomposed),
      "autocast_adapter_dtype": .bool(isFloat32),
    ]
    object["rank_pattern"] = .object(JSONObject(ranks.map { ($0.pattern, JSONValue($0.value)) }))
    object["alpha_pattern"] = .object(JSONObject(alphas.map { ($0.pattern, .number($0.value)) }))
    object["modules_to_save"] =
      savedModules.isEmpty ? .null : .array(savedModules.map { .string($0) })
    object["trainable_token_indices"] = trainedTokens?.json ?? .null
    return .object(object)
  }
}

extension LoRAOptions.Targets {
  /// As PEFT writes it: a string is a regular expression or `all-linear`.
  var json: JSONValue {
    switch self {
    case .allLinear: "all-linear"
    case .named(let names): .array(names.map { .string($0) })
    case .pattern(let pattern): .string(pattern)
    }
  }
}

/// Rows of the embedding, or of named tables, that an adapter trains (`trainable_token_indices`).
public enum TrainedTokens: Sendable, Equatable {
  /// Rows of the embedding; of the head too, where the two are tied.
  case embedding([Int32])
  /// Rows of `embed_tokens` and of `lm_head`, each its own.
  case tables(embedding: [Int32]?, head: [Int32]?)
  /// The rows that `akshara resize` added to the model, which its folder lists; they are known once the
  /// model is (`LoRAOptions.resolved`).
  case resized

  /// The rows of the embedding.
  var embedding: [Int32]? {
    switch self {
    case .embedding(let rows): rows
    case .tables(let rows, _): rows
    case .resized: nil
    }
  }

  /// The rows of the head that were named.
  var head: [Int32]? { if case .tables(_, let rows) = self { rows } else { nil } }

  /// How recipes ask for `resized`.
  static let resizedName = "resized"

  /// Whether the rows of the embedding are those of the head too, as PEFT has it: where the two are
  /// tied, and no other rows are named for the head.
  func sharesRows(in configuration: ModelConfiguration) -> Bool {
    configuration.tiesHead && embedding != nil && (head == nil || head == embedding)
  }

  /// As PEFT writes it.
  var json: JSONValue {
    func list(_ rows: [Int32]) -> JSONValue { .array(rows.map { JSONValue($0) }) }
    switch self {
    case .embedding(let rows): return list(rows)
    case .resized: return .string(Self.resizedName)
    case .tables(let embedding, let head):
      let pairs = [("embed_tokens", embedding), ("lm_head", head)].compactMap { name, rows in
        rows.map { (name, list($0)) }
      }
      return .object(JSONObject(pairs))
    }
  }
}
