/// The tokens of every word, all in one array: a word begins where its bytes began and only
/// becomes shorter.
struct WordSymbols {
  private var symbols: [TokenID] = []
  private var starts: [Int] = []
  private var lengths: [Int32] = []

  /// The words as they are at first.
  init(_ words: CountedWords) {
    for word in 0..<words.count {
      starts.append(symbols.count)
      symbols += words[word]
      lengths.append(Int32(symbols.count - starts[word]))
    }
  }

  /// The adjacent pairs of a word, from left to right.
  func forEachPair(of word: Int, _ body: (TokenPair) -> Void) {
    let start = starts[word]
    for index in start..<start + max(0, Int(lengths[word]) - 1) {
      body(TokenPair(left: symbols[index], right: symbols[index + 1]))
    }
  }

  /// Joins `pair` wherever it stands in a word, from left to right, and tells by how much the
  /// neighbouring pairs' counts change; the count of `pair` itself it leaves alone.
  mutating func merge(
    _ pair: TokenPair, into result: TokenID, word: Int,
    change: (TokenPair, Int) -> Void
  ) {
    let start = starts[word]
    let end = start + Int(lengths[word])
    var read = start
    var write = start
    while read < end {
      guard read + 1 < end, symbols[read] == pair.left, symbols[read + 1] == pair.right else {
        symbols[write] = symbols[read]
        (read, write) = (read + 1, write + 1)
        continue
      }
      if write > start {
        let left = symbols[write - 1]
        change(TokenPair(left: left, right: pair.left), -1)
        change(TokenPair(left: left, right: result), 1)
      }
      if read + 2 < end {
        let right = symbols[read + 2]
        change(TokenPair(left: pair.right, right: right), -1)
        change(TokenPair(left: result, right: right), 1)
      }
      symbols[write] = result
      (read, write) = (read + 2, write + 1)
    }
    lengths[word] = Int32(write - start)
  }
}
