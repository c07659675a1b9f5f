package import Artifacts
package import Compute

/// Writes tensors of a device into a safetensors file.
package enum TensorFile {
  /// Writes `tensors`, float32 on the device, as float32 or bfloat16 (rounded to nearest even).
  ///
  /// One tensor at a time is held on the host. The same values give the same bytes.
  ///
  /// - Throws: `unwritable`; `device` if there is no room.
  @discardableResult
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], as type: DType, to path: String,
    from backend: any Backend
  ) throws -> Digest {
    // transformers demands to be told that this is a PyTorch layout.
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, tensor) in tensors {
      try writer.add(name, type == .bfloat16 ? .bf16 : .f32, Array(tensor.shape)) { emit in
        var stored = tensor
        if tensor.type != type {
          stored = try backend.makeTensor(tensor.shape, type)
          backend.copy(tensor, to: stored)
        }
        var bytes = [UInt8](repeating: 0, count: tensor.count * type.size)
        bytes.withUnsafeMutableBytes { backend.download(stored, to: $0) }
        try bytes.withUnsafeBytes { try emit($0) }
      }
    }
    return try writer.write(to: path)
  }
}
