/// Two adjacent tokens.
struct TokenPair: Hashable, Comparable {
  var left: TokenID
  var right: TokenID

  static func < (left: TokenPair, right: TokenPair) -> Bool {
    (left.left, left.right) < (right.left, right.right)
  }
}

/// How often each pair of adjacent tokens stands in the words, with the words in which it has newly
/// appeared since they were last taken.
struct PairCounts {
  private var indices: [TokenPair: Int32] = [:]
  private var counts: [Int] = []
  private var fresh: [[Int32]] = []
  private var touched: [TokenPair] = []

  /// How often `pair` stands in the words.
  subscript(pair: TokenPair) -> Int { indices[pair].map { counts[Int($0)] } ?? 0 }

  /// Counts `pair` as standing `change` times more in the words (less, if negative), and notes
  /// `word` if it has newly appeared there.
  mutating func add(_ change: Int, to pair: TokenPair, word: Int32) {
    let index = index(of: pair)
    counts[index] += change
    guard change > 0, fresh[index].last != word else { return }
    if fresh[index].isEmpty { touched.append(pair) }
    fresh[index].append(word)
  }

  /// Takes out the pairs that have newly appeared in words, with those words.
  mutating func takeFresh(_ body: (TokenPair, Int, [Int32]) -> Void) {
    for pair in touched {
      let index = index(of: pair)
      body(pair, counts[index], fresh[index])
      fresh[index] = []
    }
    touched.removeAll(keepingCapacity: true)
  }

  private mutating func index(of pair: TokenPair) -> Int {
    if let index = indices[pair] { return Int(index) }
    let index = counts.count
    indices[pair] = Int32(index)
    counts.append(0)
    fresh.append([])
    return index
  }
}
