/// The words of all sources together, and how often each source has them.
struct SourceWords: Sendable {
  private let sourceCount: Int
  /// How often each source has each word: those of one word together.
  private let counts: [Int]
  /// The characters of each source.
  let characterCounts: [Int]

  /// - Parameters:
  ///   - words: all words of the sources; each word's count is its number.
  ///   - addedCharacters: the characters of a word that are not in its bytes.
  init(_ words: borrowing WordCounts, _ sources: [TrainingSource], addedCharacters: Int) {
    sourceCount = sources.count
    var counts = [Int](repeating: 0, count: words.count * sources.count)
    var characters = [Int](repeating: 0, count: sources.count)
    for (index, source) in sources.enumerated() {
      source.counter.forEach { word, times in
        guard let number = words.value(of: word) else { return }
        counts[number * sources.count + index] += times
        characters[index] +=
          times * word.reduce(addedCharacters) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
      }
    }
    self.counts = counts
    characterCounts = characters
  }

  /// The words with each source's counts times its weight.
  func weighted(_ words: CountedWords, by weights: [Int]) -> CountedWords {
    var weighted = words
    weighted.counts = (0..<words.count).map { word in
      let first = words.origin(of: word) * sourceCount
      return weights.indices.reduce(0) { $0 + weights[$1] * counts[first + $1] }
    }
    return weighted
  }

  /// The tokens that the text of each source becomes.
  ///
  /// - Parameters:
  ///   - words: the words before any merge.
  ///   - rest: those of them that are several tokens when all merges are done.
  func tokenCounts(_ words: CountedWords, rest: CountedWords) -> [Int] {
    var sums = [Int](repeating: 0, count: sourceCount)
    for word in 0..<words.count { add(1, words.origin(of: word), to: &sums) }
    for word in 0..<rest.count {
      add(rest.tokenCount(of: word) - 1, rest.origin(of: word), to: &sums)
    }
    return sums
  }

  private func add(_ tokens: Int, _ word: Int, to sums: inout [Int]) {
    for source in 0..<sourceCount {
      sums[source] += tokens * counts[word * sourceCount + source]
    }
  }
}
