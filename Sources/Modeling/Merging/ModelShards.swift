internal import Artifacts
package import Compute

/// Writes a model's tensors into safetensors files of a bounded size, as Hugging Face lays them out.
///
///     model.safetensors                                   one file, where all fits; else
///     model-00001-of-00003.safetensors …                  parts in the model's order, and
///     model.safetensors.index.json                        {"metadata": {"total_size": bytes},
///                                                          "weight_map": {tensor: file}}
///
/// A tensor larger than the bound gets a file of its own. Source: `split_torch_state_dict_into_shards`
/// of huggingface_hub.
package struct ModelShards {
  /// Where the values come from.
  package let source: any WeightSource
  /// All parameters, in order.
  package let shapes: [(name: String, shape: [Int])]
  /// The type of all of them.
  package let type: DType

  /// The parameters of `configuration` with the values of `source`.
  package init(_ configuration: ModelConfiguration, from source: any WeightSource, as type: DType) {
    shapes = configuration.parameterShapes
    self.source = source
    self.type = type
  }

  /// Writes them below `folder`; one tensor at a time is held.
  ///
  /// - Parameters:
  ///   - largest: the most bytes of a file.
  /// - Throws: what `source` throws; `unwritable`.
  package func write(to folder: String, largest: Int, on backend: any Backend) throws {
    let parts = parts(largest)
    var places: [(String, JSONValue)] = []
    for (index, part) in parts.enumerated() {
      let name = Self.name(index, of: parts.count)
      try write(part, to: Path.join(folder, name), on: backend)
      places += part.map { ($0.name, .string(name)) }
    }
    guard parts.count > 1 else { return }
    places.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    let total = shapes.reduce(0) { $0 + size(of: $1.shape) }
    let index: JSONValue = [
      "metadata": [
        "total_parameters": JSONValue(total / type.size), "total_size": JSONValue(total),
      ],
      "weight_map": .object(JSONObject(places)),
    ]
    try AtomicFile.write(index.pretty, to: Path.join(folder, "model.safetensors.index.json"))
  }

  private func size(of shape: [Int]) -> Int { shape.reduce(type.size, *) }

  private func parts(_ largest: Int) -> [[(name: String, shape: [Int])]] {
    var parts: [[(name: String, shape: [Int])]] = [[]]
    var filled = 0
    for tensor in shapes {
      let size = size(of: tensor.shape)
      if filled > 0, filled + size > largest {
        parts.append([])
        filled = 0
      }
      parts[parts.count - 1].append(tensor)
      filled += size
    }
    return parts
  }

  private static func name(_ index: Int, of count: Int) -> String {
    func five(_ number: Int) -> String { String("0000\(number)".suffix(max(5, "\(number)".count))) }
    return count == 1
      ? "model.safetensors" : "model-\(five(index + 1))-of-\(five(count)).safetensors"
  }

  private func write(
    _ part: [(name: String, shape: [Int])], to path: String, on backend: any Backend
  ) throws {
    // transformers demands to be told that this is a PyTorch layout.
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, shape) in part {
      try writer.add(name, type.safetensorsType, shape) { emit in
        let tensor = try backend.makeTensor(shape, type)
        try source.fill(tensor, named: name, on: backend)
        var bytes = [UInt8](repeating: 0, count: tensor.count * type.size)
        bytes.withUnsafeMutableBytes { backend.download(tensor, to: $0) }
        try bytes.withUnsafeBytes { try emit($0) }
      }
    }
    try writer.write(to: path)
  }
}

extension DType {
  fileprivate var safetensorsType: SafetensorsType {
    switch self {
    case .float32: .f32
    case .bfloat16: .bf16
    case .float16: .f16
    case .int32: .i32
    case .uint8: .u8
    case .int8: .i8
    }
  }
}
