internal import Artifacts
public import Compute

/// Writes a model whose linear layers are quantized, as bitsandbytes and transformers load it.
///
/// One matrix after another is read, quantized and written to its place, which is known before it is
/// made (`SafetensorsAssembly`). What is held is the float32 copy of one matrix and its codes, and a
/// few MiB of what is read and written; pages of the source are given back behind the reader.
/// Every tensor that is not quantized keeps its bytes.
public struct QuantizedModelWriter {
  /// Bytes that are moved at once.
  private static let pieceBytes = 4 << 20
  /// The most bytes of a file: 5 GB, as the parts of a merged model have.
  private static let largestFile = 5_000_000_000

  private let folder: ModelFolder
  private let form: StoredQuantization
  private let backend: any Backend
  private let source: SafetensorsWeights
  private let largestFile: Int

  /// A writer of the model in `folder`.
  ///
  /// - Throws: `missingFile`, `malformed`; `invalidOption` if the model is quantized already.
  public init(
    _ folder: ModelFolder, as form: StoredQuantization, on backend: any Backend
  ) throws {
    try self.init(folder, as: form, largestFile: Self.largestFile, on: backend)
  }

  /// A writer of files of at most `largestFile` bytes.
  package init(
    _ folder: ModelFolder, as form: StoredQuantization, largestFile: Int, on backend: any Backend
  ) throws {
    guard folder.configuration.storedQuantization == nil else {
      throw AksharaError(
        .invalidOption, "the model is quantized already", at: SourceLocation(file: folder.path),
        remedy: "give the model that it was made from")
    }
    self.folder = folder
    self.form = form
    self.backend = backend
    self.largestFile = largestFile
    source = try SafetensorsWeights(try folder.weightFiles())
  }

  /// Writes `config.json`, the weights, and the files beside them, whole or not at all.
  ///
  /// - Parameters:
  ///   - onLayer: is told how many of the model's layers are written.
  /// - Returns: the bytes of all tensors.
  /// - Throws: `invalidOption` if `path` holds something else than a model, or is the model's own
  ///   folder; `malformed`, `unsupported`, `unwritable`; `device` if there is no room.
  @discardableResult
  public func write(to path: String, onLayer: (Int) -> Void = { _ in }) throws -> Int {
    let output = try ModelFolder.begin(
      at: path, replacing: "config.json", inputs: [folder.path])
    let split = WeightFileSplit(try tensors(), largest: largestFile, size: \.byteCount)
    let buffer = try backend.makeTensor([largestMatrix], .float32)
    for (part, name) in zip(split.parts, split.fileNames) {
      let file = try SafetensorsAssembly(
        try layout(of: part), at: Path.join(output.workPath, name))
      for tensors in part {
        try write(tensors, to: file, through: buffer)
        if let layer = tensors.endedLayer { onLayer(layer + 1) }
      }
      try file.finish()
    }
    try split.writeIndex(to: output.workPath) { $0.entries.map(\.name) }
    try writeConfiguration(to: output.workPath)
    try copyOtherFiles(to: output.workPath)
    try output.commit()
    return split.byteCount
  }

  // MARK: What is written

  /// The names of the linear layers' weights, decoder layer by decoder layer.
  private var linearNames: [[String]] {
    (0..<folder.configuration.layerCount).map { layer in
      Projection.allCases.map { ParameterName.weight(layer: layer, $0) }
    }
  }

  /// The elements of the largest matrix that is quantized.
  private var largestMatrix: Int {
    linearNames.joined().compactMap { source.shape(of: $0)?.reduce(1, *) }.max() ?? 0
  }

  /// Everything, in the order in which it is written.
  private func tensors() throws -> [QuantizedTensors] {
    let matrices = Set(linearNames.joined())
    let copied = try source.names.filter { !matrices.contains($0) }
      .map { QuantizedTensors(copying: $0, try source.file(of: $0).entry($0)) }
    let matricesByLayer = try linearNames.enumerated().flatMap { layer, names in
      var tensors = try names.map { try quantized($0) }
      if !tensors.isEmpty { tensors[tensors.count - 1].endedLayer = layer }
      return tensors
    }
    return copied + matricesByLayer
  }

  private func quantized(_ name: String) throws -> QuantizedTensors {
    guard let shape = source.shape(of: name), shape.count == 2 else {
      throw AksharaError(
        .malformed, "there is no matrix `\(name)`", at: SourceLocation(file: folder.path),
        remedy: "check that the configuration belongs to these weights")
    }
    return QuantizedTensors(
      quantizing: name, shape, try source.storedType(of: name) ?? .float32, as: form)
  }

  private func layout(of part: [QuantizedTensors]) throws -> SafetensorsLayout {
    // transformers demands to be told that this is a PyTorch layout.
    var layout = SafetensorsLayout(metadata: ["format": "pt"])
    for entry in part.flatMap(\.entries) { try layout.add(entry.name, entry.type, entry.shape) }
    return layout
  }

  // MARK: Writing it

  private func write(
    _ tensors: QuantizedTensors, to file: SafetensorsAssembly, through buffer: Tensor
  ) throws {
    let name = tensors.name
    guard let form = tensors.form else {
      return try source.file(of: name).forEachPiece(of: name, atMost: Self.pieceBytes) { bytes, _ in
        try file.append(bytes, to: name)
      }
    }
    let shape = source.shape(of: name).flatMap { Shape($0) } ?? []
    let values = buffer.prefix(shape.elementCount).reshaped(shape)
    try source.fill(values, named: name, on: backend)
    switch form {
    case .int8: try write(try backend.quantizeInt8(values), name, to: file)
    case .nf4(let isDouble):
      try write(try backend.quantizeNF4(values, doubleQuantization: isDouble), name, to: file)
    }
  }

  private func write(_ weight: Int8Weight, _ name: String, to file: SafetensorsAssembly) throws {
    let module = name.dropLast("weight".count)
    try append(weight.codes, to: name, of: file)
    try append(weight.scales, to: module + "SCB", of: file)
    try file.append([0], to: module + "weight_format")  // row-major
  }

  private func write(_ weight: NF4Weight, _ name: String, to file: SafetensorsAssembly) throws {
    try append(weight.packed, to: name, of: file)
    try append(weight.absmax, to: name + ".absmax", of: file)
    try file.append(
      NF4Weight.values.withUnsafeBytes { Array($0) }, to: name + ".quant_map")
    if let nested = weight.nested {
      try append(nested.absmax, to: name + ".nested_absmax", of: file)
      try append(nested.code, to: name + ".nested_quant_map", of: file)
    }
    let offset = weight.nested?.offset.floats(from: backend).first
    let stored = try source.storedType(of: name) ?? .float32
    try file.append(
      QuantizedTensors.nf4State(Array(weight.shape), stored, offset: offset),
      to: name + ".quant_state.bitsandbytes__nf4")
  }

  /// Writes a tensor's elements as they lie on the device, piece by piece.
  private func append(_ tensor: Tensor, to name: String, of file: SafetensorsAssembly) throws {
    let (flat, size) = (tensor.reshaped(Shape(tensor.count)), tensor.type.size)
    let most = Self.pieceBytes / size
    var bytes = [UInt8](repeating: 0, count: min(most, tensor.count) * size)
    for first in stride(from: 0, to: tensor.count, by: most) {
      let count = min(most, tensor.count - first)
      try bytes.withUnsafeMutableBytes { buffer in
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * size)])
        backend.download(flat.rows(first..<first + count), to: piece)
        try file.append(UnsafeRawBufferPointer(piece), to: name)
      }
    }
  }

  // MARK: Beside the weights

  /// The model's own `config.json` with `quantization_config` beside what stands there.
  private func writeConfiguration(to target: String) throws {
    let file = Path.join(folder.path, "config.json")
    let json = try JSONValue(configuration: TextFile(file).bytes, at: SourceLocation(file: file))
    guard var object = json.object else { return }
    object["quantization_config"] = form.json
    try AtomicFile.write(
      JSONValue.object(object).pretty, to: Path.join(target, "config.json"))
  }

  /// Tokenizer, template and settings of generation.
  private func copyOtherFiles(to target: String) throws {
    for name in ModelFolder.tokenizerNames + ModelFolder.settingsNames
    where Path.exists(Path.join(folder.path, name)) {
      try AtomicFile.copy(Path.join(folder.path, name), to: Path.join(target, name))
    }
  }
}
