internal import Artifacts

/// Rows of a matrix in the types that weights are stored in.
struct RowFormat: Sendable {
  /// The type of the elements: float32, bfloat16 or float16.
  let type: SafetensorsType
  /// The elements of a row.
  let width: Int

  /// The format of a tensor `[rows, width]`.
  ///
  /// - Throws: `unsupported` for other types and shapes.
  init(_ entry: SafetensorsEntry, named name: String, at location: SourceLocation) throws {
    guard entry.shape.count == 2, [.f32, .bf16, .f16].contains(entry.type) else {
      throw AksharaError(
        .unsupported,
        "the tensor `\(name)` has the type \(entry.type.rawValue) and the shape \(entry.shape)",
        at: location, remedy: "give a model with float32, bfloat16 or float16 weights")
    }
    type = entry.type
    width = entry.shape[1]
  }

  /// Rows of `width` elements.
  init(_ type: SafetensorsType, width: Int) {
    self.type = type
    self.width = width
  }

  /// The bytes of a row.
  var size: Int { width * type.size }

  /// Row `index` of `bytes`, exactly.
  func row(_ index: Int, of bytes: UnsafeRawBufferPointer) -> [Float] {
    let start = index * size
    return (0..<width).map { column in
      let offset = start + column * type.size
      switch type {
      case .bf16:
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
      case .f16:
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return Float(Float16(bitPattern: UInt16(littleEndian: bits)))
      default:
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  /// The bytes of a row, rounded to nearest even.
  func bytes(of row: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for value in row {
      switch type {
      case .bf16: Self.append(Self.bfloat16(value), to: &bytes)
      case .f16: Self.append(Float16(value).bitPattern, to: &bytes)
      default: Self.append(value.bitPattern, to: &bytes)
      }
    }
    return bytes
  }

  private static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    // Half of the last kept place, and one more where that place is odd: ties go to even.
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
