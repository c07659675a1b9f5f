internal import Orthography

/// The beginning of a text in Latin letters, and which language it is in: English, or Kannada or Telugu
/// in Latin letters.
///
/// ```
/// naanu manege hogthini, neenu baa        kn-Latn
/// I am going home, are you coming?        en
/// ```
struct LatinSample {
  private var bytes: [UInt8] = []

  /// How much is looked at: some forty words, which are enough to be sure.
  private static let length = 256
  /// Fewer words than this tell nothing.
  private static let leastWords = 3
  /// Below this the language is not told, and English is as good as any.
  private static let leastConfidence = 0.9

  /// Adds a part of the text.
  mutating func add(_ part: some Collection<UInt8>) {
    guard bytes.count < Self.length else { return }
    addSpace()
    for byte in part {
      if bytes.count >= Self.length { return }
      if byte > 0x20 { bytes.append(byte) } else { addSpace() }
    }
  }

  /// Ends a word: however many spaces and line ends there are count as one.
  private mutating func addSpace() {
    if let last = bytes.last, last != 0x20 { bytes.append(0x20) }
  }

  /// `en`, `kn-Latn` or `te-Latn`; `en` where that is not certain.
  var language: String {
    let words = words
    guard words.count >= Self.leastWords, !Self.isPlainEnglish(words) else { return "en" }
    let guess = LanguageIdentifier().guess(String(decoding: bytes, as: UTF8.self))
    let isRomanized = guess.language.hasSuffix("-Latn")
    return isRomanized && guess.confidence >= Self.leastConfidence ? guess.language : "en"
  }

  /// The words of ASCII letters, each as its first eight letters, small, in one number.
  private var words: [UInt64] {
    var words: [UInt64] = []
    var word: UInt64 = 0
    for byte in bytes {
      let small = byte | 0x20
      if small >= UInt8(ascii: "a"), small <= UInt8(ascii: "z") {
        if word >> 56 == 0 { word = word << 8 | UInt64(small) }
      } else if word != 0 {
        words.append(word)
        word = 0
      }
    }
    if word != 0 { words.append(word) }
    return words
  }

  /// Words that hold English sentences together and are neither Kannada nor Telugu in Latin letters.
  private static let functionWords: [UInt64] = [
    "the", "of", "and", "is", "that", "with", "for", "this", "was", "are", "it", "to", "in", "as",
    "or", "by", "from", "which", "have", "has", "be", "on", "can", "not",
  ].map { word in word.utf8.reduce(0) { $0 << 8 | UInt64($1) } }

  /// Whether one word in six, and at least three, are such words: what most English text is, and what
  /// Kannada and Telugu with some English in it is not. It spares the model, which costs a hundred times
  /// as much.
  private static func isPlainEnglish(_ words: [UInt64]) -> Bool {
    let count = words.count { functionWords.contains($0) }
    return count >= 3 && count * 6 >= words.count
  }
}
