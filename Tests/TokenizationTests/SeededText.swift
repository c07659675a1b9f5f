/// A small generator with a seed, so that a failing case comes back.
///
/// Source: SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// Text that pretokenizers and merges find hard.
enum SeededText {
  private static let pools: [[String]] = [
    ["ಕ", "ನ", "್", "ಾ", "ಿ", "ರ", "ಂ", "ೀ", "ಷ", "ಅ", "೧", "೨"],
    ["త", "ె", "ల", "ు", "గ", "్", "క", "ష", "ా", "ం", "ఈ", "౩"],
    ["a", "b", "s", "t", "re", "LL", "'s", "'S", "'ve", "'", "\u{17F}", "The", " the", "ing"],
    [" ", " ", "  ", "\n", "\r\n", "\r", "\t", "\u{A0}", "\u{3000}", "\u{85}", "\u{2028}"],
    ["\u{200C}", "\u{200D}", "\u{FE0F}", "\u{93D}", "\u{FEFF}", "\u{301}"],
    ["👨‍👩‍👧", "❤️", "🔥", "1️⃣", "é", "e\u{301}", "中", "Ω", "ß", "\u{FFFD}", "\u{10FFFF}"],
    ["1", "22", "333", "4567", "½", "Ⅷ"],
    ["Ab", "XML", "xY", "ª", "ʰ", "ǅ", "我", "ぁ", "゠", "\u{3099}", "/", "\n/", "\u{200B}", "é"],
    [".", "!", "...", "(", ")", "<|", "|>", "<|end|>", "<|endoftext|>", "-", "_", "\"", "#"],
  ]

  /// A string of up to `length` pieces.
  static func string(_ generator: inout SeededGenerator, length: Int = 30) -> String {
    let count = Int.random(in: 0...length, using: &generator)
    return (0..<count).map { _ in
      let pool = pools[Int.random(in: 0..<pools.count, using: &generator)]
      return pool[Int.random(in: 0..<pool.count, using: &generator)]
    }.joined()
  }

  /// A string's bytes with some of them damaged, so that they are no longer UTF-8.
  static func damagedBytes(_ generator: inout SeededGenerator, length: Int = 30) -> [UInt8] {
    var bytes = Array(string(&generator, length: length).utf8)
    for _ in 0..<(bytes.count / 8) {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.remove(at: index)
      default: bytes.insert(contentsOf: [0xED, 0xA0, 0x80], at: index)  // a surrogate
      }
    }
    return bytes
  }
}
