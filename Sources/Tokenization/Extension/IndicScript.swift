import Orthography

/// The two scripts that a vocabulary is extended with, and how their characters look in UTF-8.
///
/// A block is 128 code points, three bytes each: Telugu, U+0C00–0C7F, is `E0 B0 80`–`E0 B1 BF`, and
/// Kannada, U+0C80–0CFF, is `E0 B2 80`–`E0 B3 BF`. `E0` only ever begins a character, so in any
/// bytes, well-formed or not, these three bytes are such a character, and nothing else is one.
enum IndicScript: Int, CaseIterable, Sendable {
  case kannada = 0
  case telugu = 1

  /// The block.
  var block: ClosedRange<UInt32> {
    switch self {
    case .kannada: 0x0C80...0x0CFF
    case .telugu: 0x0C00...0x0C7F
    }
  }

  /// The language that is written in it here, as a BCP 47 tag.
  var language: String {
    switch self {
    case .kannada: "kn"
    case .telugu: "te"
    }
  }

  /// The script of the first whole character of either block in `bytes`, if there is one.
  init?(firstIn bytes: some Collection<UInt8>) {
    var (first, second): (UInt8, UInt8) = (0, 0)
    for byte in bytes {
      if first == 0xE0, 0xB0...0xB3 ~= second, 0x80...0xBF ~= byte {
        self = second <= 0xB1 ? .telugu : .kannada
        return
      }
      (first, second) = (second, byte)
    }
    return nil
  }

  /// The letters, marks and digits that Unicode has assigned in the block.
  var characters: [Unicode.Scalar] {
    block.compactMap(Unicode.Scalar.init).filter {
      !CharacterClass([.letter, .mark, .number])
        .isDisjoint(with: CharacterClassTable.shared[$0.value])
    }
  }

  /// Whether a token with these bytes may be added: whole characters throughout, and at least one
  /// of either block among them.
  ///
  /// The second demand is what keeps all other text as it was: a merge whose result holds such a
  /// character finds its two halves side by side only where that character stands. The first one
  /// keeps borders out of characters: `E0 B2 95 E0`, a whole character and the first byte of the
  /// next, could only be followed by the rest of a torn one.
  static func allowsToken(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil && IndicScript(firstIn: bytes) != nil
  }
}
