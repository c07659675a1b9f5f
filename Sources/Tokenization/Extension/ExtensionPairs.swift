/// What is known of the pairs of adjacent tokens: how often they stand in the words and where.
struct ExtensionPairs {
  /// One pair.
  struct Entry {
    /// The two tokens.
    let pair: TokenPair
    /// The script of what they make; `nil` if that may not become a token.
    let script: IndicScript?
    /// How often they stand in the words, in percent: places that tear an akshara count less.
    var score = 0
    /// The words in which they stand or once stood.
    var words: [Int32] = []
    /// Whether the score has risen since the pair was last queued.
    var isRisen = false
  }

  private var indices: [TokenPair: Int32] = [:]
  /// The pairs in the order in which they were first seen.
  private(set) var entries: [Entry] = []
  private var risen: [Int32] = []

  /// Adds `score` to a pair's score, and notes that it stands in `word` if it is new there;
  /// `script` is asked once for each pair.
  mutating func add(
    _ score: Int, to pair: TokenPair, word: Int, isNew: Bool,
    script: (TokenPair) -> IndicScript?
  ) {
    let index = index(of: pair, script: script)
    guard entries[index].script != nil else { return }
    entries[index].score += score
    if isNew, entries[index].words.last != Int32(word) { entries[index].words.append(Int32(word)) }
    if score > 0, !entries[index].isRisen {
      entries[index].isRisen = true
      risen.append(Int32(index))
    }
  }

  /// The pairs whose score has risen since the last call.
  mutating func takeRisen() -> [Int] {
    defer { risen.removeAll(keepingCapacity: true) }
    for index in risen { entries[Int(index)].isRisen = false }
    return risen.map(Int.init)
  }

  /// Takes the words of a pair that is about to be joined everywhere.
  mutating func takeWords(of index: Int) -> [Int32] {
    defer { entries[index].words = [] }
    return entries[index].words
  }

  private mutating func index(of pair: TokenPair, script: (TokenPair) -> IndicScript?) -> Int {
    if let index = indices[pair] { return Int(index) }
    indices[pair] = Int32(entries.count)
    entries.append(Entry(pair: pair, script: script(pair)))
    return entries.count - 1
  }
}
