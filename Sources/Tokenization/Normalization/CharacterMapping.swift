/// What normalizers make of single characters; `nil` where they keep one.
enum CharacterMapping {
  /// Lower case, without regard to what stands around the character: Σ becomes σ everywhere.
  static func lowercase(_ character: UTF8Character) -> [UInt8]? {
    guard let scalar = Unicode.Scalar(character.codePoint) else { return nil }
    if scalar.isASCII {
      let isCapital = ("A"..."Z").contains(scalar)
      return isCapital ? [UInt8(truncatingIfNeeded: scalar.value) | 0x20] : nil
    }
    guard scalar.properties.changesWhenLowercased else { return nil }
    return Array(scalar.properties.lowercaseMapping.utf8)
  }

  /// Combining marks become nothing.
  static func stripAccents(_ character: UTF8Character) -> [UInt8]? {
    guard character.codePoint >= 0x300 else { return nil }
    switch Unicode.Scalar(character.codePoint)?.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return []
    default: return nil
    }
  }

  /// Control characters become nothing, odd white space U+0020.
  ///
  /// Source: `tokenizers` 0.23, `normalizers/unicode.rs`, `do_nmt`.
  static func nmt(_ character: UTF8Character) -> [UInt8]? {
    switch character.codePoint {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: []
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF:
      [UInt8(ascii: " ")]
    // A byte that is not UTF-8 looks like U+FFFD, but is one byte long.
    case 0xFFFD where character.length == 3: [UInt8(ascii: " ")]
    default: nil
    }
  }
}
