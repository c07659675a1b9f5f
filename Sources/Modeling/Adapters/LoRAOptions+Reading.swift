public import Artifacts

extension LoRAOptions {
  /// Reads the keys of a recipe's `lora` table.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    self.init(
      rank: try reader.integer("r", in: Self.ranks) ?? 16,
      alpha: try reader.number("lora_alpha", in: 1e-6...1e6) ?? 32,
      dropout: try reader.number("lora_dropout", in: 0...0.99) ?? 0)
    isRankStabilized = try reader.boolean("use_rslora") ?? false
    isDecomposed = try reader.boolean("use_dora") ?? false
    isFloat32 = try reader.boolean("autocast_adapter_dtype") ?? true
    let location = reader.location
    try readModules { key in
      guard let node = reader.node(key) else { return nil }
      return AdapterValue(key: key, json: node.json, location: node.location)
    }
    try check(at: location)
    try reader.finish()
  }

  /// Ranks that an adapter may have.
  static let ranks = 1...4096

  /// Reads the keys that recipes and `adapter_config.json` spell alike.
  ///
  /// - Parameter value: what stands under a key; `nil` if it is absent or null.
  mutating func readModules(_ value: (String) throws -> AdapterValue?) throws {
    if let found = try value("target_modules") { targets = try found.targets() }
    if let found = try value("exclude_modules"), found.json != [] {
      excluded = try found.targets()
    }
    layers = try value("layers_to_transform")?.layers()
    ranks =
      try value("rank_pattern")?.entries().map { pattern, entry in
        ModulePattern(pattern, try entry.integer(in: Self.ranks))
      } ?? []
    alphas =
      try value("alpha_pattern")?.entries().map { pattern, entry in
        ModulePattern(pattern, try entry.number())
      } ?? []
    savedModules = try value("modules_to_save")?.names() ?? []
    trainedTokens = try value("trainable_token_indices")?.trainedTokens()
  }

  /// Refuses keys that clash.
  private func check(at location: SourceLocation) throws {
    if layers != nil, case .named = targets {
    } else if layers != nil {
      throw AksharaError(
        .invalidOption, "`layers_to_transform` needs a list in `target_modules`", at: location,
        remedy: "name the modules, or put the layers into a regular expression")
    }
    if let trainedTokens {
      for (name, rows) in [
        ("embed_tokens", trainedTokens.embedding), ("lm_head", trainedTokens.head),
      ]
      where (rows != nil || (name == "embed_tokens" && trainedTokens == .resized))
        && savedModules.contains(name)
      {
        throw AksharaError(
          .invalidOption,
          "`\(name)` stands in `modules_to_save` and in `trainable_token_indices`", at: location,
          remedy: "train it whole, or some of its rows")
      }
    }
  }
}

/// A value of an adapter's options, with the key and the place that a message names.
struct AdapterValue {
  let key: String
  let json: JSONValue
  let location: SourceLocation

  private func wrong(_ wanted: String) -> AksharaError {
    AksharaError(
      .invalidOption, "`lora.\(key)` is \(json.compactString)", at: location,
      remedy: "give \(wanted)")
  }

  /// Names, a regular expression, or `all-linear`.
  func targets() throws -> LoRAOptions.Targets {
    if let text = json.string, !text.isEmpty {
      return text.lowercased() == "all-linear" ? .allLinear : .pattern(text)
    }
    let names = json.array?.compactMap(\.string) ?? []
    guard !names.isEmpty, names.count == json.array?.count else {
      throw wrong("`all-linear`, a list of names such as [q_proj, v_proj], or a regular expression")
    }
    return .named(names)
  }

  /// A list of names.
  func names() throws -> [String] {
    guard let array = json.array, array.allSatisfy({ $0.string?.isEmpty == false }) else {
      throw wrong("a list of names such as [embed_tokens, lm_head]")
    }
    return array.compactMap(\.string)
  }

  /// The number of a layer, or a list of them; an empty list stands for all layers.
  func layers() throws -> [Int]? {
    let values = json.array ?? [json]
    let numbers = values.compactMap { $0.integer }.filter { $0 >= 0 }.map(Int.init)
    guard numbers.count == values.count else { throw wrong("the numbers of layers, from 0") }
    return numbers.isEmpty ? nil : numbers
  }

  /// A table, key by key, in the order written.
  func entries() throws -> [(String, AdapterValue)] {
    guard let object = json.object else { throw wrong("a table of patterns") }
    return object.pairs.map {
      ($0.key, AdapterValue(key: "\(key).\($0.key)", json: $0.value, location: location))
    }
  }

  func integer(in range: ClosedRange<Int>) throws -> Int {
    guard let value = json.integer, let number = Int(exactly: value), range.contains(number) else {
      throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number() throws -> Double {
    guard let number = json.double, number.isFinite, number > 0 else {
      throw wrong("a number above 0")
    }
    return number
  }

  /// Token IDs of the embedding, or a table of them for `embed_tokens` and `lm_head`.
  func trainedTokens() throws -> TrainedTokens {
    if json.string == TrainedTokens.resizedName { return .resized }
    guard let object = json.object else { return .embedding(try tokens()) }
    var tables: [String: [Int32]] = [:]
    for (name, entry) in try entries() {
      let table = name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
      guard ["embed_tokens", "lm_head"].contains(table) else {
        throw wrong("rows of embed_tokens or lm_head")
      }
      tables[table] = try entry.tokens()
    }
    guard !object.pairs.isEmpty else { throw wrong("token IDs") }
    return .tables(embedding: tables["embed_tokens"], head: tables["lm_head"])
  }

  /// Token IDs, each once.
  func tokens() throws -> [Int32] {
    let values = json.array ?? []
    let tokens = values.compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
    guard !tokens.isEmpty, tokens.count == values.count, Set(tokens).count == tokens.count,
      tokens.allSatisfy({ $0 >= 0 })
    else { throw wrong("token IDs, each once, or `\(TrainedTokens.resizedName)`") }
    return tokens
  }
}
