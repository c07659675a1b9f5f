internal import Artifacts
package import Compute

/// A base with an adapter merged into it, tensor by tensor as they are asked for.
///
///     W' = W + scaling · B A                      LoRA, also of the head; with the scaling alpha / √rank rsLoRA
///     W' = m / ‖W + scaling · B A‖ · (…)          row by row, where the adapter has magnitudes: DoRA
///     W' = the adapter's own tensor               of modules that it trained whole
///     W'[row] = the adapter's own row             of new tokens
///
/// with `W` as it is stored, or as the quantized base stands for it. Sums are made in float32 and
/// rounded once, to nearest even, into the type of the output; peft's `merge_and_unload` on a bfloat16
/// base rounds the update before it adds it. Memory: a few matrices at a time, never the model.
///
/// The adapter's tensors are those of PEFT's layout (`AdapterFolder`).
package final class MergedWeights: WeightSource {
  /// The shape of the merged model: its head is tied only if the adapter left it so.
  package let configuration: ModelConfiguration
  /// Into which base.
  package let form: MergeForm
  private let type: DType
  private let base: SafetensorsWeights
  private let adapter: SafetensorsWeights
  private let options: LoRAOptions
  /// Whether the base's head is its embedding.
  private let baseIsTied: Bool
  private let adapterPath: String
  /// The names of the linear layers' weights, which alone are quantized.
  private let projections: Set<String>
  /// float32 buffers by shape, used again for each tensor of the shape.
  private var buffers: [String: Tensor] = [:]

  /// A merge of `adapter` into `model`.
  ///
  /// - Parameters:
  ///   - type: the type of the merged matrices.
  /// - Throws: `missingFile`, `malformed`; `invalidOption` if the base is quantized and is to be taken
  ///   as it is stored.
  package init(_ model: ModelFolder, _ adapter: AdapterFolder, into form: MergeForm, as type: DType)
    throws
  {
    options = adapter.configuration.options
    var shape = model.configuration
    baseIsTied = shape.tiesHead
    shape.tiesHead = try shape.tiesHead && !options.untiesHead(of: shape)
    configuration = shape
    self.form = form
    self.type = type
    base = try SafetensorsWeights(try model.weightFiles())
    adapterPath = adapter.path
    self.adapter = try SafetensorsWeights([adapter.weightsPath])
    projections = Set(
      (0..<model.configuration.layerCount).flatMap { layer in
        Projection.allCases.map { ParameterName.weight(layer: layer, $0) }
      })
    if form == .stored, model.configuration.storedQuantization != nil {
      throw AksharaError(
        .invalidOption, "the base is quantized: there is no other form of it to merge into",
        at: SourceLocation(file: model.path),
        remedy: "use `--into dequantized`, or give the base that is not quantized")
    }
  }

  /// The type of every tensor of the output; norms and biases have it too.
  package func storedType(of name: String) throws -> DType? { type }

  package func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws {
    let sum = try value(of: name, Array(tensor.shape), on: backend)
    guard tensor.type == .float32 else { return backend.copy(sum, to: tensor) }
    // Asked for in float32, it still has the values that the output will have.
    let rounded = try buffer("rounded", Array(tensor.shape), type, on: backend)
    backend.copy(sum, to: rounded)
    backend.copy(rounded, to: tensor)
  }

  /// The merged tensor in float32; valid until the next call.
  private func value(of name: String, _ shape: [Int], on backend: any Backend) throws -> Tensor {
    let value = try buffer("value", shape, .float32, on: backend)
    let saved = "base_model.model.\(name)"
    if adapter.shape(of: saved) != nil {
      try adapter.fill(value, named: saved, on: backend)
      base.passOver(name)
      return value
    }
    let module = "base_model.model.\(name.dropLast(".weight".count))"
    // Of a head with a low-rank update PEFT saves the base's own matrix, too.
    if adapter.shape(of: "\(module).base_layer.weight") != nil {
      try adapter.fill(value, named: "\(module).base_layer.weight", on: backend)
      base.passOver(name)
    } else {
      try fillBase(value, named: name, on: backend)
    }
    try replaceRows(of: value, named: name, on: backend)
    guard projections.contains(name) || name == ParameterName.head else { return value }
    let names = (a: "\(module).lora_A.weight", b: "\(module).lora_B.weight")
    guard adapter.shape(of: names.a) != nil else { return value }
    try addUpdate(names, of: String(name.dropLast(".weight".count)), to: value, on: backend)
    try scaleRows(of: value, by: "\(module).lora_magnitude_vector", on: backend)
    return value
  }

  /// The base's values in the form that was asked for.
  private func fillBase(_ value: Tensor, named name: String, on backend: any Backend) throws {
    if projections.contains(name),
      let stored = try base.quantizedWeight(named: name, shape: value.shape, on: backend)
    {
      return dequantize(stored, to: value, on: backend)
    }
    // A head that the adapter untied begins as the embedding that it was.
    let isUntied = name == ParameterName.head && baseIsTied
    try base.fill(value, named: isUntied ? ParameterName.embedding : name, on: backend)
    guard projections.contains(name), case .dequantized(let options) = form else { return }
    let quantized: LinearWeight =
      options.isEightBit
      ? .int8(try backend.quantizeInt8(value))
      : .nf4(try backend.quantizeNF4(value, doubleQuantization: options.doubleQuantization))
    dequantize(quantized, to: value, on: backend)
  }

  private func dequantize(_ weight: LinearWeight, to value: Tensor, on backend: any Backend) {
    switch weight {
    case .dense(let tensor): backend.copy(tensor, to: value)
    case .nf4(let weight): backend.dequantize(weight, to: value)
    case .int8(let weight): backend.dequantize(weight, to: value)
    }
  }

  /// `value += (scaling · B) A`: a linear layer with the weight Aᵀ over the rows of `scaling · B`.
  private func addUpdate(
    _ names: (a: String, b: String), of module: String, to value: Tensor,
    on backend: any Backend
  ) throws {
    let (outputs, inputs) = (value.shape[0], value.shape[1])
    guard let shape = adapter.shape(of: names.a), shape.count == 2, shape[1] == inputs else {
      throw AksharaError(
        .malformed, "the base has no linear layer for the tensor `\(names.a)`",
        at: SourceLocation(file: adapterPath), remedy: "use the base that it was trained on")
    }
    let rank = shape[0]
    let scaling = try options.scaling(ofModule: module, rank: rank)
    let a = try buffer("a", [rank, inputs], .float32, on: backend)
    let b = try buffer("b", [outputs, rank], .float32, on: backend)
    try adapter.fill(a, named: names.a, on: backend)
    try adapter.fill(b, named: names.b, on: backend)
    let rows = a.floats(from: backend)
    let transposed = (0..<inputs).flatMap { column in (0..<rank).map { rows[$0 * inputs + column] }
    }
    let weight = try buffer("transposed", [inputs, rank], .float32, on: backend)
    transposed.withUnsafeBytes { backend.upload($0, to: weight) }
    b.floats(from: backend).map { $0 * scaling }.withUnsafeBytes {
      backend.upload($0, to: b)
    }
    let update = try buffer("update", Array(value.shape), .float32, on: backend)
    backend.linear(
      LinearLayer(weight: .dense(weight)), input: b, output: update, adapterInput: nil,
      dropout: nil)
    backend.add(update, to: value)
  }

  /// Puts the adapter's rows into a table, if it has some.
  private func replaceRows(of value: Tensor, named name: String, on backend: any Backend) throws {
    let module = name.dropLast(".weight".count)
    let tensor = "base_model.model.\(module).token_adapter.trainable_tokens_delta"
    guard let shape = adapter.shape(of: tensor) else { return }
    let tokens = options.trainedTokens
    let rows = ((name == ParameterName.head ? tokens?.head : tokens?.embedding) ?? []).map(Int.init)
    guard shape == [rows.count, value.shape[1]], rows.allSatisfy({ value.shape[0] > $0 && $0 >= 0 })
    else {
      throw AksharaError(
        .malformed, "`trainable_token_indices` does not fit the tensor `\(tensor)`",
        at: SourceLocation(file: adapterPath), remedy: "save the adapter again")
    }
    let values = try buffer("rows", shape, .float32, on: backend)
    try adapter.fill(values, named: tensor, on: backend)
    for (place, row) in rows.enumerated() {
      backend.copy(values.rows(place..<place + 1), to: value.rows(row..<row + 1))
    }
  }

  /// Gives each row the length that the adapter has for it, if it has.
  private func scaleRows(of value: Tensor, by name: String, on backend: any Backend) throws {
    guard adapter.shape(of: name) != nil else { return }
    let lengths = try buffer("magnitude", [value.shape[0]], .float32, on: backend)
    try adapter.fill(lengths, named: name, on: backend)
    let (wanted, width) = (lengths.floats(from: backend), value.shape[1])
    var elements = value.floats(from: backend)
    for row in 0..<value.shape[0] {
      let range = row * width..<(row + 1) * width
      let squares = elements[range].reduce(0.0) { $0 + Double($1) * Double($1) }
      let factor = wanted[row] / Float(squares.squareRoot())
      for index in range { elements[index] *= factor }
    }
    elements.withUnsafeBytes { backend.upload($0, to: value) }
  }

  private func buffer(
    _ use: String, _ shape: [Int], _ type: DType, on backend: any Backend
  ) throws -> Tensor {
    let key = "\(use) \(shape)"
    if let tensor = buffers[key] { return tensor }
    let tensor = try backend.makeTensor(shape, type)
    buffers[key] = tensor
    return tensor
  }

  /// Refuses an adapter of which something was left over once every tensor was asked for.
  ///
  /// - Throws: `unsupported`, naming the tensor.
  package func requireAllUsed() throws {
    guard let name = adapter.unusedNames.first else { return }
    throw AksharaError(
      .unsupported, "the tensor `\(name)` of the adapter has no place in the merged model",
      at: SourceLocation(file: adapterPath),
      remedy: "use the base that it was trained on; low-rank updates of an embedding, or of a head "
        + "that is the embedding, are merged by peft")
  }
}
