internal import Artifacts
package import Compute

/// Writes a model's tensors, all in one type, into safetensors files of a bounded size
/// (`WeightFileSplit`).
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
    let split = WeightFileSplit(shapes, largest: largest) { $0.shape.reduce(type.size, *) }
    for (part, name) in zip(split.parts, split.fileNames) {
      try write(part, to: Path.join(folder, name), on: backend)
    }
    try split.writeIndex(
      to: folder, metadata: ["total_parameters": JSONValue(split.byteCount / type.size)]
    ) { [$0.name] }
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
