internal import Artifacts
public import Compute

/// Writes a model whose linear layers are quantized, as bitsandbytes and transformers load it.
///
/// One matrix after another is read, quantized and handed to the file: what is held is the float32
/// copy of one matrix and the codes of one file. A file takes matrices until their codes pass
/// `bytesAFile`; so memory is that of a layer, not of the model. Every other tensor keeps its bytes.
/// The names and forms are those that `SafetensorsWeights.quantizedWeight` lists.
public struct QuantizedModelWriter {
  /// Codes that are held before they are written.
  private static let bytesAFile = 64 << 20

  private let folder: ModelFolder
  private let form: StoredQuantization
  private let backend: any Backend
  private let source: SafetensorsWeights

  /// A writer of the model in `folder`.
  ///
  /// - Throws: `missingFile`, `malformed`; `invalidOption` if the model is quantized already.
  public init(
    _ folder: ModelFolder, as form: StoredQuantization, on backend: any Backend
  ) throws {
    guard folder.configuration.storedQuantization == nil else {
      throw AksharaError(
        .invalidOption, "the model is quantized already", at: SourceLocation(file: folder.path),
        remedy: "give the model that it was made from")
    }
    self.folder = folder
    self.form = form
    self.backend = backend
    source = try SafetensorsWeights(try folder.weightFiles())
  }

  /// Writes `config.json`, the weights, and the files beside them, whole or not at all.
  ///
  /// - Parameters:
  ///   - onLayer: is told how many of the model's layers are written.
  /// - Returns: the bytes of all tensors.
  /// - Throws: `malformed`, `unsupported`, `unwritable`; `device` if there is no room.
  @discardableResult
  public func write(to path: String, onLayer: (Int) -> Void = { _ in }) throws -> Int {
    let output = try AtomicFolder(path)
    var parts = QuantizedParts(folder: output.workPath)
    let matrices = Set(linearNames.joined())
    for name in source.names where !matrices.contains(name) {
      try parts.add(copy(of: name))
    }
    for (layer, names) in linearNames.enumerated() {
      for name in names {
        try parts.add(quantized(name))
        if parts.heldBytes > Self.bytesAFile { try parts.flush() }
      }
      onLayer(layer + 1)
    }
    try parts.finish()
    try writeConfiguration(to: output.workPath)
    try copyOtherFiles(to: output.workPath)
    try output.commit()
    return parts.totalBytes
  }

  /// The names of the linear layers' weights, decoder layer by decoder layer.
  private var linearNames: [[String]] {
    (0..<folder.configuration.layerCount).map { layer in
      Projection.allCases.map { ParameterName.weight(layer: layer, $0) }
    }
  }

  /// A tensor that keeps its bytes, which are read when they are written.
  private func copy(of name: String) throws -> QuantizedParts.Part {
    let file = try source.file(of: name)
    let entry = try file.entry(name)
    return QuantizedParts.Part(name: name, type: entry.type, shape: entry.shape, held: 0) { emit in
      try file.withBytes(of: name) { try emit($0) }
      file.releasePages(of: name)
    }
  }

  /// The parts of one quantized matrix.
  private func quantized(_ name: String) throws -> [QuantizedParts.Part] {
    guard let shape = source.shape(of: name), shape.count == 2 else {
      throw AksharaError(
        .malformed, "there is no matrix `\(name)`", at: SourceLocation(file: folder.path),
        remedy: "check that the configuration belongs to these weights")
    }
    let stored = try source.storedType(of: name) ?? .float32
    let values = try backend.makeTensor(shape, .float32)
    try source.fill(values, named: name, on: backend)
    switch form {
    case .int8: return int8Parts(name, try backend.quantizeInt8(values))
    case .nf4(let isDouble):
      return nf4Parts(
        name, try backend.quantizeNF4(values, doubleQuantization: isDouble), stored: stored)
    }
  }

  private func part(
    _ name: String, _ type: SafetensorsType, _ tensor: Tensor
  ) -> QuantizedParts.Part {
    var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.type.size)
    bytes.withUnsafeMutableBytes { backend.download(tensor, to: $0) }
    return QuantizedParts.Part(name: name, type: type, shape: Array(tensor.shape), bytes: bytes)
  }

  private func int8Parts(_ name: String, _ weight: Int8Weight) -> [QuantizedParts.Part] {
    let module = name.dropLast("weight".count)
    return [
      part(name, .i8, weight.codes),
      part(module + "SCB", .f32, weight.scales),
      // 0: row-major.
      QuantizedParts.Part(name: module + "weight_format", type: .u8, shape: [], bytes: [0]),
    ]
  }

  private func nf4Parts(
    _ name: String, _ weight: NF4Weight, stored: DType
  ) -> [QuantizedParts.Part] {
    var state: [(String, JSONValue)] = [
      ("quant_type", "nf4"), ("blocksize", JSONValue(NF4Weight.blockSize)),
      ("dtype", .string(stored.rawValue)),
      ("shape", .array(weight.shape.map { JSONValue($0) })),
    ]
    let code = NF4Weight.values.withUnsafeBytes { Array($0) }
    var parts = [
      part(name, .u8, weight.packed.reshaped(Shape(weight.packed.count, 1))),
      part(
        name + ".absmax", weight.nested == nil ? .f32 : .u8, weight.absmax),
      QuantizedParts.Part(
        name: name + ".quant_map", type: .f32, shape: [NF4Weight.values.count], bytes: code),
    ]
    if let nested = weight.nested {
      let offset = nested.offset.floats(from: backend)[0]
      state += [
        ("nested_blocksize", JSONValue(NF4Weight.nestedBlockSize)),
        ("nested_dtype", "float32"), ("nested_offset", .number(Double(offset))),
      ]
      parts += [
        part(name + ".nested_absmax", .f32, nested.absmax),
        part(name + ".nested_quant_map", .f32, nested.code),
      ]
    }
    let json = JSONValue.object(JSONObject(state)).compact
    parts.append(
      QuantizedParts.Part(
        name: name + ".quant_state.bitsandbytes__nf4", type: .u8, shape: [json.count],
        bytes: json))
    return parts
  }

  /// The model's own `config.json` with `quantization_config` beside what stands there.
  private func writeConfiguration(to target: String) throws {
    let file = Path.join(folder.path, "config.json")
    let json = try JSONValue(parsing: TextFile(file).bytes, at: SourceLocation(file: file))
    guard var object = json.object else { return }
    object["quantization_config"] = form.json
    try AtomicFile.write(
      JSONValue.object(object).pretty, to: Path.join(target, "config.json"))
  }

  /// Tokenizer, template and settings of generation.
  private func copyOtherFiles(to target: String) throws {
    for name in [
      "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
      "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
      "chat_template.jinja",
    ] where Path.exists(Path.join(folder.path, name)) {
      try AtomicFile.copy(Path.join(folder.path, name), to: Path.join(target, name))
    }
  }
}
