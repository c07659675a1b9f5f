/// The type of a tensor's elements in a safetensors file, as the format spells it.
///
/// Types of less than a byte (`F4`, `F6_E2M3`, `F6_E3M2`) are refused by name.
public enum SafetensorsType: String, Sendable, CaseIterable {
  /// Signed and unsigned integers, and Booleans of one byte.
  case i64 = "I64"
  case u64 = "U64"
  case i32 = "I32"
  case u32 = "U32"
  case i16 = "I16"
  case u16 = "U16"
  case i8 = "I8"
  case u8 = "U8"
  case bool = "BOOL"
  /// IEEE 754 binary floats, bfloat16, and a pair of float32.
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case c64 = "C64"
  /// Floats of 8 bits.
  case f8E4M3 = "F8_E4M3"
  case f8E5M2 = "F8_E5M2"
  case f8E8M0 = "F8_E8M0"

  /// Bytes an element takes.
  public var size: Int {
    switch self {
    case .i64, .u64, .f64, .c64: 8
    case .i32, .u32, .f32: 4
    case .i16, .u16, .f16, .bf16: 2
    case .i8, .u8, .bool, .f8E4M3, .f8E5M2, .f8E8M0: 1
    }
  }
}

/// What the header of a safetensors file says about one tensor.
public struct SafetensorsEntry: Sendable, Hashable {
  /// The type of its elements.
  public let type: SafetensorsType
  /// The length of each dimension, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Where its bytes lie, counted from the end of the header.
  public let bytes: Range<Int>

  /// The number of elements.
  public var count: Int { bytes.count / type.size }
}

/// The limits and fixed words of the format.
///
///     8 bytes   N, the length of the header: unsigned, little-endian, at most 100,000,000
///     N bytes   a JSON object in UTF-8 that begins with `{`, padded at its end with spaces:
///               {"__metadata__": {"format": "pt"},
///                "norm.weight": {"dtype": "F32", "shape": [64], "data_offsets": [0, 256]}, …}
///     the rest  the tensors' bytes, row-major, little-endian, covering every byte exactly once
///
/// Holes are forbidden so that a file cannot carry bytes that no reader looks at.
///
/// Source: https://github.com/huggingface/safetensors, README, "Format".
enum SafetensorsFormat {
  static let lengthSize = 8
  static let mostHeaderBytes = 100_000_000
  static let metadataKey = "__metadata__"
  /// What the header is padded to, so that the elements of a mapped file are aligned.
  static let alignment = 8
}
