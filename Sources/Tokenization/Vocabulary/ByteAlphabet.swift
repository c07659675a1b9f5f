/// The 256 printable characters that stand for bytes in the files of byte-level vocabularies.
///
/// Printable Latin-1 stands for itself; the other 68 bytes, in order, are U+0100, U+0101, …: the
/// space is `Ġ`, the line feed `Ċ`.
///
/// Source: GPT-2, `encoder.py`, `bytes_to_unicode`.
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [UnicodeScalar] = {
    var next: UInt8 = 0
    return (UInt8.min...UInt8.max).map { byte in
      if isPrintable(byte) { return UnicodeScalar(byte) }
      defer { next += 1 }
      return UnicodeScalar(UInt16(0x100) + UInt16(next)) ?? UnicodeScalar(byte)
    }
  }()

  /// The bytes in the order of their characters; in it a trained vocabulary begins.
  static let bytesInOrder: [UInt8] = (UInt8.min...UInt8.max).sorted {
    scalars[Int($0)] < scalars[Int($1)]
  }

  /// The byte of each character below U+0144; −1 for one that stands for none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  private static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: true
    default: false
    }
  }

  /// The bytes that `text` spells, or `nil` if it has a character that stands for none.
  static func bytes(spelledBy text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else { return nil }
      result.append(UInt8(bytes[Int(scalar.value)]))
    }
    return result
  }

  /// The text that spells `bytes`.
  static func text(spelling bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }
}
