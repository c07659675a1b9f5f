/// The cyclic redundancy check of Castagnoli, as TensorFlow's record files use it.
///
/// Source: RFC 3720, appendix B.4; the mask is that of `tensorflow/core/lib/hash/crc32c.h`.
enum CRC32C {
  /// Remainders of all bytes by the reflected polynomial 0x82F63B78.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
  }

  /// The check value of `bytes`.
  static func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// The check value turned and shifted, so that a check over data that holds checks stays good.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = value(of: bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
