internal import Artifacts
package import Compute

/// Matrices as bitsandbytes and transformers store them, beside the matrix's own name `W`:
///
///     NF4    W                                       uint8 [(out * in + 1) / 2, 1]: codes, two a byte
///            W.absmax                                uint8 [blocks], or float32 without nesting
///            W.quant_map                             float32 [16]: the NF4 values
///            W.nested_absmax, W.nested_quant_map     float32 [nested blocks], float32 [256]
///            W.quant_state.bitsandbytes__nf4         uint8: JSON with shape, block sizes, offset
///     int8   W                                       int8 [out, in]
///            SCB in the place of `weight`            float32 [out]
///            weight_format in the place of `weight`  uint8: 0 for row-major, the only one left
///
/// Source: `QuantState.as_dict` and `Linear8bitLt._save_to_state_dict` of bitsandbytes 0.50.2.
extension SafetensorsWeights {
  private static let fourBitState = "quant_state.bitsandbytes__"

  package func quantizedWeight(
    named name: String, shape: Shape, on backend: any Backend
  ) throws -> LinearWeight? {
    if self.shape(of: "\(name).\(Self.fourBitState)nf4") != nil {
      return .nf4(try nf4Weight(name, shape, on: backend))
    }
    if self.shape(of: "\(name).\(Self.fourBitState)fp4") != nil {
      throw AksharaError(
        .unsupported, "the tensor `\(name)` is quantized to fp4",
        at: SourceLocation(file: try file(of: name).path), remedy: "give a model in nf4")
    }
    let module = name.hasSuffix(".weight") ? String(name.dropLast("weight".count)) : name
    guard self.shape(of: module + "SCB") != nil else { return nil }
    return .int8(try int8Weight(name, module, shape, on: backend))
  }

  private func int8Weight(
    _ name: String, _ module: String, _ shape: Shape, on backend: any Backend
  ) throws -> Int8Weight {
    if let format = try bytes(of: module + "weight_format"), format != [0] {
      throw malformed(
        "`\(module)weight_format` is \(format); only row-major weights are stored", name)
    }
    let weight = Int8Weight(
      codes: try backend.makeTensor(shape, .int8),
      scales: try backend.makeTensor([shape[0]], .float32))
    try fillBytes(weight.codes, named: name, as: .i8, on: backend)
    try fillBytes(weight.scales, named: module + "SCB", as: .f32, on: backend)
    return weight
  }

  private func nf4Weight(
    _ name: String, _ shape: Shape, on backend: any Backend
  ) throws -> NF4Weight {
    let state = try nf4State(name, shape)
    let count = shape.reduce(1, *)
    let blocks = (count + NF4Weight.blockSize - 1) / NF4Weight.blockSize
    let packed = try backend.makeTensor([(count + 1) / 2], .uint8)
    try fillBytes(packed, named: name, as: .u8, on: backend)
    passOver(name + ".quant_map")
    guard let offset = state["nested_offset"]?.double else {
      let absmax = try backend.makeTensor([blocks], .float32)
      try fillBytes(absmax, named: name + ".absmax", as: .f32, on: backend)
      return NF4Weight(shape: shape, packed: packed, absmax: absmax, nested: nil)
    }
    let absmax = try backend.makeTensor([blocks], .uint8)
    try fillBytes(absmax, named: name + ".absmax", as: .u8, on: backend)
    let nestedBlocks = (blocks + NF4Weight.nestedBlockSize - 1) / NF4Weight.nestedBlockSize
    let nested = NF4Weight.Nested(
      code: try backend.makeTensor([256], .float32),
      absmax: try backend.makeTensor([nestedBlocks], .float32),
      offset: try backend.makeTensor([1], .float32))
    try fillBytes(nested.code, named: name + ".nested_quant_map", as: .f32, on: backend)
    try fillBytes(nested.absmax, named: name + ".nested_absmax", as: .f32, on: backend)
    [Float(offset)].withUnsafeBytes { backend.upload($0, to: nested.offset) }
    return NF4Weight(shape: shape, packed: packed, absmax: absmax, nested: nested)
  }

  /// The description of an NF4 matrix, checked against what this reader knows.
  private func nf4State(_ name: String, _ shape: Shape) throws -> JSONValue {
    let key = "\(name).\(Self.fourBitState)nf4"
    let location = SourceLocation(file: try file(of: key).path)
    let state = try JSONValue(parsing: bytes(of: key) ?? [], at: location)
    let stored = state["shape"]?.array?.compactMap { $0.integer.map(Int.init) } ?? []
    guard Shape(stored) == shape else {
      throw malformed("`\(key)` has the shape \(stored), not \(shape)", name)
    }
    guard state["blocksize"]?.integer == Int64(NF4Weight.blockSize),
      [nil, Int64(NF4Weight.nestedBlockSize)].contains(state["nested_blocksize"]?.integer)
    else {
      throw AksharaError(
        .unsupported,
        "`\(key)` has blocks of \((state["blocksize"] ?? .null).compactString) and "
          + "\((state["nested_blocksize"] ?? .null).compactString)", at: location,
        remedy: "quantize the model with blocks of 64, and of 256 for the scales")
    }
    return state
  }

  private func malformed(_ message: String, _ name: String) -> AksharaError {
    AksharaError(
      .malformed, message, at: (try? file(of: name)).map { SourceLocation(file: $0.path) },
      remedy: "check that the configuration belongs to these weights")
  }
}
