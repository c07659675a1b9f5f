internal import Artifacts
package import Compute

/// An adapter in PEFT's layout.
///
///     adapter_config.json           what kind of adapter it is (`AdapterConfiguration`)
///     adapter_model.safetensors     base_model.model.<module>.lora_A.weight    [rank, in]
///                                   base_model.model.<module>.lora_B.weight    [out, rank]
///                                   and what `AdapterParameterName` lists
///
/// with `<module>` such as `model.layers.3.self_attn.q_proj`. peft loads it unchanged, and writes
/// what is read here.
public struct AdapterFolder: Sendable {
  private static let configurationName = "adapter_config.json"
  private static let weightsName = "adapter_model.safetensors"

  /// The folder.
  public let path: String
  /// What kind of adapter it is.
  public let configuration: AdapterConfiguration
  /// The file of its tensors.
  var weightsPath: String { Path.join(path, Self.weightsName) }

  /// Opens a folder and reads its configuration.
  ///
  /// - Throws: `missingFile`, `malformed` or `unsupported`.
  public init(_ path: String) throws {
    let file = Path.join(path, Self.configurationName)
    let location = SourceLocation(file: file)
    let json = try JSONValue(configuration: TextFile(file).bytes, at: location)
    self.path = path
    configuration = try AdapterConfiguration(json: json, at: location)
  }

  /// Writes the adapter of `weights`, whole or not at all. The same values give the same bytes.
  ///
  /// - Throws: `unwritable`.
  package static func write(
    _ weights: DecoderWeights, _ configuration: AdapterConfiguration, to path: String,
    from backend: any Backend
  ) throws {
    let folder = try AtomicFolder(path)
    try AtomicFile.write(
      configuration.json.pretty, to: Path.join(folder.workPath, configurationName))
    let type = configuration.options.storedType(over: weights.configuration)
    try TensorFile.write(
      weights.adapterTensors, as: type, to: Path.join(folder.workPath, weightsName), from: backend)
    try folder.commit()
  }

  /// Puts the adapter on `base`; which modules are adapted is read from the tensors' names.
  ///
  /// - Throws: `missingFile`, or `malformed` if the tensors do not fit the base.
  package func load(onto base: DecoderWeights, on backend: any Backend) throws -> DecoderWeights {
    let source = try SafetensorsWeights([Path.join(path, Self.weightsName)])
    var adapted = base.withoutAdapter
    for layer in base.layers.indices {
      for projection in Projection.allCases {
        adapted.layers[layer][projection].adapter = try adapter(
          layer, projection, in: base.configuration, from: source, on: backend)
      }
    }
    try loadReplacements(of: &adapted, from: source, on: backend)
    let location = SourceLocation(file: Path.join(path, Self.weightsName))
    if let name = source.unusedNames.first {
      throw AksharaError(
        .malformed, "the base has no linear layer for the tensor `\(name)`", at: location,
        remedy: name.hasPrefix("base_model.model.lm_head.")
          ? "a low-rank update of the head is only merged: use `akshara merge --into bf16`"
          : "use the base that the adapter was trained on")
    }
    guard adapted.hasAdapter else {
      throw AksharaError(.malformed, "the adapter has no tensors", at: location)
    }
    return adapted
  }

  private func adapter(
    _ layer: Int, _ projection: Projection, in shape: ModelConfiguration,
    from source: SafetensorsWeights, on backend: any Backend
  ) throws -> LoRAWeights? {
    let names = AdapterParameterName(layer: layer, projection)
    guard source.shape(of: names.a) != nil || source.shape(of: names.b) != nil else { return nil }
    let (outputs, inputs) = projection.shape(in: shape)
    // The file's own rank, which `rank_pattern` may have changed.
    let rank = source.shape(of: names.a)?.first ?? configuration.options.rank
    let a = try backend.makeTensor([rank, inputs], .float32)
    let b = try backend.makeTensor([outputs, rank], .float32)
    try source.fill(a, named: names.a, on: backend)
    try source.fill(b, named: names.b, on: backend)
    let options = configuration.options
    let magnitude =
      try options.isDecomposed
      ? LoRAWeights.Magnitude(count: outputs, on: backend) : nil
    if let magnitude { try source.fill(magnitude.value, named: names.magnitude, on: backend) }
    let module = ParameterName.module(layer: layer, projection)
    return LoRAWeights(
      a: a, b: b, scaling: try options.scaling(ofModule: module, rank: rank),
      dropout: Float(options.dropout), magnitude: magnitude)
  }

  /// Modules and rows that the file has values of its own for.
  private func loadReplacements(
    of weights: inout DecoderWeights, from source: SafetensorsWeights, on backend: any Backend
  ) throws {
    let modules = SavedModule.all(of: weights.configuration).filter {
      source.shape(of: AdapterParameterName.saved($0)) != nil
    }
    for module in try configuration.options.savedModules(in: weights.configuration)
    where !modules.contains(module) {
      throw AksharaError(
        .malformed, "there is no tensor `\(AdapterParameterName.saved(module))`",
        at: SourceLocation(file: Path.join(path, Self.weightsName)),
        remedy: "`modules_to_save` names it: save the adapter again")
    }
    try weights.replace(modules: modules, tokens: configuration.options.trainedTokens, on: backend)
    for module in modules {
      guard let tensor = weights[module] else { continue }
      try source.fill(tensor, named: AdapterParameterName.saved(module), on: backend)
    }
    let replaced = weights.replacements
    for (rows, module) in [
      (replaced.embeddingRows, SavedModule.embedding), (replaced.headRows, .head),
    ] {
      guard let rows else { continue }
      try source.fill(rows.values, named: AdapterParameterName.rows(of: module), on: backend)
    }
  }
}

extension DecoderWeights {
  /// All tensors of the adapter, by their names in PEFT's files.
  var adapterTensors: [(name: String, tensor: Tensor)] {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (layer, projection, adapter) in adapters {
      let names = AdapterParameterName(layer: layer, projection)
      tensors += [(names.a, adapter.a), (names.b, adapter.b)]
      if let magnitude = adapter.magnitude { tensors.append((names.magnitude, magnitude.value)) }
    }
    for module in replacements.modules {
      guard let tensor = self[module] else { continue }
      tensors.append((AdapterParameterName.saved(module), tensor))
    }
    if let rows = replacements.embeddingRows {
      tensors.append((AdapterParameterName.rows(of: .embedding), rows.values))
    }
    if let rows = replacements.headRows {
      tensors.append((AdapterParameterName.rows(of: .head), rows.values))
    }
    return tensors
  }

  /// The adapters of all linear layers that carry one, in the model's order.
  var adapters: [(layer: Int, projection: Projection, adapter: LoRAWeights)] {
    layers.enumerated().flatMap { index, layer in
      Projection.allCases.compactMap { projection in
        layer[projection].adapter.map { (index, projection, $0) }
      }
    }
  }
}
