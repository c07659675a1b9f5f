internal import Artifacts
package import Compute

/// An adapter in PEFT's layout.
///
///     adapter_config.json           what kind of adapter it is (`AdapterConfiguration`)
///     adapter_model.safetensors     base_model.model.<module>.lora_A.weight    [rank, in]
///                                   base_model.model.<module>.lora_B.weight    [out, rank]
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
    let json = try JSONValue(parsing: TextFile(file).bytes, at: location)
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
    let tensors = weights.adapters.flatMap { layer, projection, adapter in
      let names = AdapterParameterName(layer: layer, projection)
      return [(name: names.a, tensor: adapter.a), (name: names.b, tensor: adapter.b)]
    }
    try TensorFile.write(
      tensors, as: .float32, to: Path.join(folder.workPath, weightsName), from: backend)
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
    let location = SourceLocation(file: Path.join(path, Self.weightsName))
    if let name = source.unusedNames.first {
      throw AksharaError(
        .malformed, "the base has no linear layer for the tensor `\(name)`", at: location,
        remedy: "use the base that the adapter was trained on")
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
    let a = try backend.makeTensor([configuration.rank, inputs], .float32)
    let b = try backend.makeTensor([outputs, configuration.rank], .float32)
    try source.fill(a, named: names.a, on: backend)
    try source.fill(b, named: names.b, on: backend)
    return LoRAWeights(
      a: a, b: b, scaling: configuration.scaling, dropout: Float(configuration.dropout))
  }
}

extension DecoderWeights {
  /// The adapters of all linear layers that carry one, in the model's order.
  var adapters: [(layer: Int, projection: Projection, adapter: LoRAWeights)] {
    layers.enumerated().flatMap { index, layer in
      Projection.allCases.compactMap { projection in
        layer[projection].adapter.map { (index, projection, $0) }
      }
    }
  }
}
