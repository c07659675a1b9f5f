internal import Artifacts
internal import Compute

/// Tensors of a device in a safetensors file, each in the type it has: float32, or 8-bit codes.
enum StateFile {
  /// Writes `tensors`, one at a time on the host. The same values give the same bytes.
  ///
  /// - Returns: the file's digest.
  /// - Throws: `unwritable`.
  static func write(
    _ tensors: [(name: String, tensor: Tensor)], to path: String, from backend: any Backend
  ) throws -> Digest {
    var writer = SafetensorsWriter()
    for (name, tensor) in tensors {
      try writer.add(name, type(of: tensor), Array(tensor.shape)) { emit in
        var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.type.size)
        bytes.withUnsafeMutableBytes { backend.download(tensor, to: $0) }
        try bytes.withUnsafeBytes { try emit($0) }
      }
    }
    return try writer.write(to: path)
  }

  /// Reads exactly `tensors` back, bit for bit.
  ///
  /// - Throws: `malformed` if one is missing or has another shape or type.
  static func read(
    _ tensors: [(name: String, tensor: Tensor)], from path: String, on backend: any Backend
  ) throws {
    let file = try SafetensorsFile(path)
    for (name, tensor) in tensors {
      let entry = try file.entry(name)
      guard tensor.shape == Shape(entry.shape), entry.type == type(of: tensor) else {
        throw AksharaError(
          .malformed, "the tensor `\(name)` has another shape or type than the run's",
          at: SourceLocation(file: path), remedy: "remove this folder and start from the one before"
        )
      }
      try file.withBytes(of: name) { backend.upload($0, to: tensor) }
    }
  }

  private static func type(of tensor: Tensor) -> SafetensorsType {
    switch tensor.type {
    case .float32: .f32
    case .bfloat16: .bf16
    case .float16: .f16
    case .int32: .i32
    case .uint8: .u8
    case .int8: .i8
    }
  }
}
