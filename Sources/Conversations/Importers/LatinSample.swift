internal import Orthography

/// The beginning of a text in Latin letters, and which language it is in: English, or Kannada or Telugu
/// in Latin letters.
///
/// ```
/// naanu manege hogthini, neenu baa        kn-Latn
/// I am going home, are you coming?        en
/// ```
struct LatinSample {
  private var bytes = [UInt8](repeating: 0, count: length)
  private var count = 0
  private var words = WordCounts()

  /// How much is looked at: some forty words, which are enough to be sure.
  private static let length = 256
  /// Fewer words than this tell nothing.
  private static let leastWords = 3
  /// Below this the language is not told, and English is as good as any.
  private static let leastConfidence = 0.9

  /// Forgets everything.
  mutating func reset() { (count, words) = (0, WordCounts()) }

  /// Adds a part of the text. However many spaces and line ends there are count as one.
  mutating func add(_ part: UnsafeBufferPointer<UInt8>) {
    var (count, words) = (count, words)
    bytes.withUnsafeMutableBufferPointer { bytes in
      /// Ends the word before, with a space unless there is one or there was no word.
      func separate() {
        guard count > 0, count < bytes.count, bytes[count - 1] != 0x20 else { return }
        words.endWord()
        bytes[count] = 0x20
        count += 1
      }
      separate()
      for byte in part {
        guard byte > 0x20 else {
          separate()
          continue
        }
        guard count < bytes.count else { return }
        bytes[count] = byte
        count += 1
        words.add(byte)
      }
    }
    (self.count, self.words) = (count, words)
  }

  /// `en`, `kn-Latn` or `te-Latn`; `en` where that is not certain.
  var language: String {
    var words = words
    words.endWord()
    guard words.all >= Self.leastWords, !words.arePlainEnglish else { return "en" }
    let guess = bytes.withUnsafeBufferPointer {
      LanguageIdentifier().guess(utf8: UnsafeBufferPointer(rebasing: $0[..<count]))
    }
    let isRomanized = guess.language.hasSuffix("-Latn")
    return isRomanized && guess.confidence >= Self.leastConfidence ? guess.language : "en"
  }
}

extension LatinSample {
  /// How many words of ASCII letters there are, and how many of them are words that hold English
  /// sentences together and are neither Kannada nor Telugu in Latin letters.
  private struct WordCounts {
    private(set) var all = 0
    private var ofEnglish = 0
    /// The word that is being read: its first eight letters, small, in one number.
    private var word: UInt64 = 0
    private let english = EnglishWords.shared

    /// Takes the next byte; one that is no ASCII letter ends a word.
    mutating func add(_ byte: UInt8) {
      let small = byte | 0x20
      if small >= UInt8(ascii: "a"), small <= UInt8(ascii: "z") {
        if word >> 56 == 0 { word = word << 8 | UInt64(small) }
      } else {
        endWord()
      }
    }

    /// Counts the word that was being read, if there is one.
    mutating func endWord() {
      guard word != 0 else { return }
      all += 1
      if english.contains(word) { ofEnglish += 1 }
      word = 0
    }

    /// Whether one word in six, and at least three, are such words: what most English text is, and what
    /// Kannada and Telugu with some English in it is not. It spares the model, which costs a hundred
    /// times as much.
    var arePlainEnglish: Bool { ofEnglish >= 3 && ofEnglish * 6 >= all }
  }

  /// Words that hold English sentences together and are neither Kannada nor Telugu in Latin letters, in
  /// a table with open addressing.
  private struct EnglishWords {
    static let shared = EnglishWords([
      "the", "of", "and", "is", "that", "with", "for", "this", "was", "are", "it", "to", "in", "as",
      "or", "by", "from", "which", "have", "has", "be", "on", "can", "not", "their", "they", "you",
      "your", "will", "were", "been", "but", "his", "her", "its", "also", "when", "there", "these",
      "than", "other", "such", "into", "about",
    ])

    private static let slots = 256
    /// Longer words are none of these.
    private static let longest = 5
    // Written once, before anyone reads it, and never freed.
    private nonisolated(unsafe) let table: UnsafeMutablePointer<UInt64>

    private init(_ words: [String]) {
      table = .allocate(capacity: Self.slots)
      table.initialize(repeating: 0, count: Self.slots)
      for word in words.map({ $0.utf8.reduce(0) { $0 << 8 | UInt64($1) } }) {
        var slot = Self.slot(word)
        while table[slot] != 0 { slot = (slot + 1) % Self.slots }
        table[slot] = word
      }
    }

    // Source of the multiplier: Knuth, TAOCP 3, 6.4: 2⁶⁴ divided by the golden ratio.
    private static func slot(_ word: UInt64) -> Int {
      Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 56)
    }

    func contains(_ word: UInt64) -> Bool {
      guard word >> (8 * Self.longest) == 0 else { return false }
      var slot = Self.slot(word)
      while table[slot] != 0 {
        if table[slot] == word { return true }
        slot = (slot + 1) % Self.slots
      }
      return false
    }
  }
}
