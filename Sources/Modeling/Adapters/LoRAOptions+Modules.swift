internal import Artifacts

extension LoRAOptions {
  /// The linear layers of `configuration` that carry an adapter, in the model's order.
  ///
  /// - Throws: `invalidOption` if a name, a pattern or a layer fits nothing.
  func modules(in configuration: ModelConfiguration) throws -> [(Int, Projection)] {
    let all = (0..<configuration.layerCount).flatMap { layer in
      Projection.allCases.map { (layer, $0) }
    }
    let names = all.map { ParameterName.module(layer: $0.0, $0.1) }
    let isTarget = try Self.selection(targets, of: names, key: "target_modules")
    let isExcluded = try excluded.map {
      try Self.selection($0, of: names, key: "exclude_modules")
    }
    try checkLayers(configuration)
    try checkPatterns(names)
    let chosen = all.indices.filter { index in
      isTarget[index] && !(isExcluded?[index] ?? false)
        && (layers?.contains(all[index].0) ?? true)
    }
    guard !chosen.isEmpty else {
      throw AksharaError(
        .invalidOption, "`lora.target_modules` and `exclude_modules` leave no linear layer",
        remedy: "choose other modules")
    }
    return chosen.map { all[$0] }
  }

  /// Which names a selection has.
  private static func selection(
    _ targets: Targets, of names: [String], key: String
  ) throws -> [Bool] {
    func nothing(_ name: String) -> AksharaError {
      let known = Projection.allCases.map(\.rawValue).joined(separator: ", ")
      return AksharaError(
        .invalidOption, "no linear layer of the decoder is called `\(name)`",
        remedy: "`lora.\(key)` takes \(known), all-linear, or a regular expression over names such "
          + "as `\(names.first ?? "")`")
    }
    switch targets {
    case .allLinear: return names.map { _ in true }
    case .pattern(let pattern):
      let regex = try ModuleRegex(whole: pattern, key: key)
      let chosen = names.map { regex.fits($0) }
      guard chosen.contains(true) else { throw nothing(pattern) }
      return chosen
    case .named(let wanted):
      func fits(_ name: String, _ full: String) -> Bool {
        full == name || full.hasSuffix("." + name)
      }
      for name in wanted where !names.contains(where: { fits(name, $0) }) { throw nothing(name) }
      return names.map { full in wanted.contains { fits($0, full) } }
    }
  }

  private func checkLayers(_ configuration: ModelConfiguration) throws {
    guard let layer = layers?.first(where: { $0 >= configuration.layerCount }) else { return }
    throw AksharaError(
      .invalidOption,
      "`lora.layers_to_transform` has \(layer); the model has \(configuration.layerCount) layers",
      remedy: "count layers from 0")
  }

  /// A pattern that fits nothing is a mistake that PEFT would not show.
  private func checkPatterns(_ names: [String]) throws {
    let patterns =
      ranks.map { ("rank_pattern", $0.pattern) } + alphas.map { ("alpha_pattern", $0.pattern) }
    for (key, pattern) in patterns {
      let regex = try ModuleRegex(suffix: pattern, key: key)
      guard !names.contains(where: { regex.fits($0) }) else { continue }
      throw AksharaError(
        .invalidOption, "`lora.\(key)` has `\(pattern)`, which fits no linear layer",
        remedy: "write names such as q_proj, or regular expressions")
    }
  }

  /// Whether a head that is the embedding is so no longer once this adapter is there: one of the two
  /// is trained without the other, or other rows of it.
  func untiesHead(of configuration: ModelConfiguration) throws -> Bool {
    let saved = try savedModules(in: configuration)
    return saved.contains(.embedding) || saved.contains(.head)
      || (trainedTokens?.head != nil && !(trainedTokens?.sharesRows(in: configuration) ?? false))
  }

  /// The modules of `configuration` that are trained whole, in the model's order.
  ///
  /// As in PEFT a name fits every module whose name ends in it: `norm` fits all norms.
  ///
  /// - Throws: `invalidOption` if a name fits nothing, or a linear layer.
  func savedModules(in configuration: ModelConfiguration) throws -> [SavedModule] {
    let all = SavedModule.all(of: configuration)
    let linear = Projection.allCases.map { ParameterName.module(layer: 0, $0) }
    for name in savedModules {
      if linear.contains(where: { $0.hasSuffix(name) }) {
        throw AksharaError(
          .invalidOption, "`lora.modules_to_save` names the linear layer `\(name)`",
          remedy: "give it a low-rank adapter in `target_modules`; embed_tokens, lm_head and norms "
            + "can be trained whole")
      }
      guard all.contains(where: { $0.moduleName.hasSuffix(name) }) else {
        throw AksharaError(
          .invalidOption, "`lora.modules_to_save` names `\(name)`, which the model does not have",
          remedy: "embed_tokens, lm_head and norms can be trained whole")
      }
    }
    return all.filter { module in savedModules.contains { module.moduleName.hasSuffix($0) } }
  }
}
