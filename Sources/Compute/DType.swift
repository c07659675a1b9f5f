/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case float32
  /// The upper half of single precision.
  case bfloat16
  /// IEEE 754 half precision; only loaded, never computed in.
  case float16
  /// Signed 32-bit integers: tokens, positions, sequence borders.
  case int32
  /// Bytes: NF4 codes, two a byte, and quantized scales.
  case uint8
  /// Signed bytes: the codes of an int8 matrix.
  case int8

  /// Bytes an element takes.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16, .float16: 2
    case .uint8, .int8: 1
    }
  }
}
