extension LatinSample {
  /// How many words of ASCII letters there are, and how many of them are words that hold English
  /// sentences together and are neither Kannada nor Telugu in Latin letters.
  struct WordCounts: Equatable {
    var all = 0
    var ofEnglish = 0

    /// Whether one word in six, and at least three, are such words: what most English text is, and what
    /// Kannada and Telugu with some English in it is not. It spares the model, which costs a hundred
    /// times as much.
    var arePlainEnglish: Bool { ofEnglish >= 3 && ofEnglish * 6 >= all }

    init(all: Int, ofEnglish: Int) { (self.all, self.ofEnglish) = (all, ofEnglish) }

    /// Counts in the first `count` bytes of a sample; eight more can be read behind each.
    ///
    /// A bit is set for each letter, and words are runs of bits: no branch depends on a single byte.
    init(_ bytes: UnsafeRawBufferPointer, count: Int) {
      let english = EnglishWords.shared
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: LatinSample.length / 64 + 2) {
        bits in
        Self.letters(of: bytes, count: count, into: bits)
        func window(_ place: Int) -> UInt64 {
          let shift = UInt64(place & 63)
          return (bits[place >> 6] >> shift) | ((bits[(place >> 6) + 1] << 1) << (63 - shift))
        }
        var place = 0
        var isInside = false
        while place < count {
          let rest = window(place)
          if isInside || rest & 1 != 0 {
            let length = (~rest).trailingZeroBitCount
            if !isInside {
              all += 1
              if english.contains(bytes, place, length) { ofEnglish += 1 }
            }
            isInside = length == 64
            place += length
          } else {
            place += rest.trailingZeroBitCount
          }
        }
      }
    }

    /// Sets a bit for each letter, and clears all others.
    private static func letters(
      of bytes: UnsafeRawBufferPointer, count: Int, into bits: UnsafeMutableBufferPointer<UInt64>
    ) {
      bits.initialize(repeating: 0)
      for start in stride(from: 0, to: count, by: LatinSample.wordLength) {
        let word = LetterWord(bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        bits[start >> 6] |= word.letters << UInt64(start & 63)
      }
      // What stands behind the text does not count.
      if count & 63 != 0 { bits[count >> 6] &= (1 << UInt64(count & 63)) - 1 }
    }
  }

  /// Words that hold English sentences together and are neither Kannada nor Telugu in Latin letters, at
  /// most eight letters long. Each is at least forty times as frequent in Dolly's answers as in Dakshina's
  /// romanized lines, but for `the`, `of`, `and`, `to` and `in`, which stand in names there.
  static let englishWords = [
    "the", "of", "and", "is", "that", "with", "for", "this", "was", "are", "it", "to", "in", "as",
    "or", "by", "from", "which", "have", "has", "be", "on", "can", "not", "their", "they", "you",
    "your", "will", "were", "been", "but", "his", "her", "its", "also", "when", "there", "these",
    "than", "other", "such", "into", "about", "an", "at", "one", "most", "some", "many", "he", "if",
    "more", "used", "known", "two", "would", "because", "do", "make", "include", "while", "each",
    "between", "years", "we", "only", "what", "could", "well", "them", "very", "during", "based",
    "where", "how", "around", "after", "made", "then", "both", "should", "being", "any", "called",
    "often", "however", "had", "using", "few", "since", "usually", "several", "due", "found",
    "much",
    "every", "those", "might", "another", "without",
  ]

  /// The words of English in a table with open addressing.
  private struct EnglishWords {
    static let shared = EnglishWords(LatinSample.englishWords)

    private static let slots = 256
    /// Longer words are none of these.
    private static let longest = LatinSample.wordLength
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

    /// Whether the word of `length` letters, large or small, is one of them.
    func contains(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ length: Int) -> Bool {
      guard length <= Self.longest else { return false }
      let letters = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let word =
        (UInt64(bigEndian: letters) | 0x2020_2020_2020_2020) >> UInt64(64 - 8 * length)
      var slot = Self.slot(word)
      while table[slot] != 0 {
        if table[slot] == word { return true }
        slot = (slot + 1) % Self.slots
      }
      return false
    }
  }
}
