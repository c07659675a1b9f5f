import Orthography

/// What a token's bytes are, seen by themselves.
enum AksharaFragment {
  /// Whether `bytes` lie inside one akshara: they begin a character, or are whole characters of one
  /// akshara. `್ಷ` is two, though it lies inside one behind a consonant: taking it for one makes 19
  /// merges more and changes neither fertility nor cut aksharas by 1 %, in Kannada or in Telugu.
  static func isFragment(_ bytes: [UInt8]) -> Bool {
    beginsOneCharacter(bytes)
      || isWholeCharacters(bytes) && AksharaSegmenter().count(in: bytes) == 1
  }

  /// Whether `bytes` begin a character, or are whole characters: where such tokens meet there is
  /// never a border inside a character that could be outside.
  static func isOfWholeCharacters(_ bytes: [UInt8]) -> Bool {
    beginsOneCharacter(bytes) || isWholeCharacters(bytes)
  }

  /// Whether the bytes are the first of a character's, at least one short.
  private static func beginsOneCharacter(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, let length = length(ofCharacter: first) else { return false }
    return bytes.count < length && bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
  }

  private static func isWholeCharacters(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var position = 0
      while position < buffer.count {
        let character = UTF8Character(buffer, at: position)
        if character.length == 1, buffer[position] >= 0x80 { return false }
        position += character.length
      }
      return true
    }
  }

  /// The length of the character that begins with `byte`.
  private static func length(ofCharacter byte: UInt8) -> Int? {
    switch byte {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: nil
    }
  }
}
