internal import Artifacts

extension ConfigurationReader {
  /// Reads `model_type`.
  mutating func family() throws -> ModelFamily {
    let found = value("model_type")
    if let family = found?.string.flatMap(ModelFamily.init(rawValue:)) { return family }
    let known = ModelFamily.allCases.map(\.rawValue).joined(separator: ", ")
    throw AksharaError(
      .unsupported, "`model_type` is \((found ?? .null).compactString)", at: location,
      remedy: "this decoder handles \(known)")
  }

  /// Reads which linear layers carry a bias.
  ///
  /// Qwen 2's code has biases on q, k and v whatever the configuration says; Mistral's has none.
  mutating func biasedProjections(_ family: ModelFamily) throws -> Set<Projection> {
    var biased: Set<Projection> = []
    switch family {
    case .llama, .qwen3:
      if try boolean("attention_bias", default: false) {
        biased.formUnion([.query, .key, .value, .output])
      }
    case .qwen2:
      _ = try boolean("attention_bias", default: true)
      biased = [.query, .key, .value]
    case .mistral: try neutral("attention_bias", false)
    }
    if family == .llama {
      if try boolean("mlp_bias", default: false) { biased.formUnion([.gate, .up, .down]) }
    } else {
      try neutral("mlp_bias", false)
    }
    return biased
  }

  /// Reads each layer's window.
  ///
  ///     mistral          `sliding_window` (absent: 4096, null: none) in every layer
  ///     qwen2, qwen3     `sliding_window` if `use_sliding_window`, in the layers that `layer_types`
  ///                      says, or from `max_window_layers` on
  ///     llama            none
  mutating func windows(_ family: ModelFamily, layers: Int) throws -> [Int?] {
    switch family {
    case .llama:
      try neutral("use_sliding_window", false)
      try checkFull(layers)
      return []
    case .mistral:
      try neutral("use_sliding_window", true, false)
      try checkFull(layers)
      let window = try optionalSize("sliding_window", absent: 4096)
      return Array(repeating: window, count: layers)
    case .qwen2, .qwen3:
      return try qwenWindows(layers)
    }
  }

  private mutating func qwenWindows(_ layers: Int) throws -> [Int?] {
    let isUsed = try boolean("use_sliding_window", default: false)
    let stored = try optionalSize("sliding_window", absent: 4096)
    let first = try value("max_window_layers").map { value in
      guard let number = value.integer, number >= 0 else {
        throw wrong("max_window_layers", value, "a whole number")
      }
      return Int(number)
    }
    let window = isUsed ? stored : nil
    guard let types = try layerTypes(layers) else {
      return (0..<layers).map { $0 >= first ?? 28 ? window : nil }
    }
    guard window != nil || types.allSatisfy({ !$0 }) else {
      throw AksharaError(
        .malformed, "`layer_types` has sliding_attention, but there is no window", at: location,
        remedy: "set `use_sliding_window` and `sliding_window`, or use full_attention")
    }
    return types.map { $0 ? window : nil }
  }

  /// `layer_types` where a family has no windows, or has them everywhere: it may say only that.
  private mutating func checkFull(_ layers: Int) throws {
    guard let types = try layerTypes(layers), types.contains(true) else { return }
    throw AksharaError(
      .unsupported, "`layer_types` has sliding_attention, which this family does not have",
      at: location, remedy: "remove the key, or use a model of another family")
  }

  /// Whether each layer has a window; `nil` where the key is absent.
  private mutating func layerTypes(_ layers: Int) throws -> [Bool]? {
    guard let value = value("layer_types") else { return nil }
    let names = value.array?.compactMap(\.string) ?? []
    let isKnown = names.allSatisfy { ["full_attention", "sliding_attention"].contains($0) }
    guard names.count == layers, isKnown else {
      throw wrong(
        "layer_types", value, "full_attention or sliding_attention for each of \(layers) layers")
    }
    return names.map { $0 == "sliding_attention" }
  }

  /// Reads `quantization_config`.
  mutating func storedQuantization() throws -> StoredQuantization? {
    try value("quantization_config").map { try StoredQuantization(json: $0, at: location) }
  }
}
