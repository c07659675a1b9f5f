/// The slow twin of `MergeLearner`. It finds the merges: again and again the pair of adjacent tokens that stands most often in the
/// words becomes a token; of equally frequent ones, the pair with the smaller IDs.
///
/// Counts are kept up to date instead of counted anew: a merge changes the counts of its neighbours
/// only, in the words where it stands. A queue holds each pair with the count it had when it was
/// pushed; a pair that comes up with an old count goes back with the new one.
///
/// A pair never comes back: two tokens can only become neighbours when one of them is made, and from
/// then on all places where they stand side by side are known. So each pair is queued once, and each
/// token is made in one way only.
///
/// Source: Sennrich et al. 2016, algorithm 1; the order of equally frequent pairs is that of
/// `tokenizers` 0.23 (`BpeTrainer`), with which the result agrees merge by merge.
struct ReferenceMergeLearner {
  /// The tokens so far.
  private(set) var vocabulary: Vocabulary
  /// The merges so far.
  private(set) var merges: [Merge] = []
  private var words: WordSymbols
  private let counts: [Int]
  private let allows: ((TokenPair, [UInt8]) -> Bool)?
  private var nextID: TokenID
  private var pairs = PairCounts()
  private var queue = BinaryHeap<PairCandidate>()
  /// The words in which a queued pair stands, by the candidate's number.
  private var places: [[Int32]] = []
  private var forbidden: Set<[UInt8]> = []

  /// A learner for `words`, whose tokens `vocabulary` holds.
  ///
  /// - Parameters:
  ///   - nextID: the ID of the first new token; `nil` for the first one behind the vocabulary.
  ///   - allows: whether a pair may become the token with these bytes; it must depend on the two
  ///     tokens alone.
  init(
    _ words: CountedWords, vocabulary: Vocabulary, nextID: TokenID? = nil,
    allows: ((TokenPair, [UInt8]) -> Bool)? = nil
  ) {
    self.vocabulary = vocabulary
    self.nextID = nextID ?? TokenID(vocabulary.endID)
    self.allows = allows
    counts = words.counts
    self.words = WordSymbols(words)
    for word in 0..<words.count where counts[word] > 0 {
      self.words.forEachPair(of: word) { pairs.add(counts[word], to: $0, word: Int32(word)) }
    }
    enqueueFresh()
  }

  /// Never makes a token that is spelled like one of these texts: in a `tokenizer.json` the two
  /// would be one.
  mutating func forbid(_ texts: [String]) {
    forbidden = Set(texts.compactMap(ByteAlphabet.bytes(spelledBy:)))
  }

  /// Learns merges until there are `untilCount` tokens, or no pair stands often enough.
  mutating func learn(untilCount: Int, minimumFrequency: Int) throws {
    while vocabulary.count < untilCount, var candidate = queue.pop() {
      let count = pairs[candidate.pair]
      if candidate.score != count {
        candidate.score = count
        queue.push(candidate)
        continue
      }
      guard count >= max(1, minimumFrequency) else { break }
      guard let result = try token(joining: candidate.pair) else { continue }
      merges.append(
        Merge(
          left: candidate.pair.left, right: candidate.pair.right, result: result,
          rank: Int32(merges.count)))
      merge(candidate, into: result)
    }
  }

  /// The token that a pair makes; `nil` if it must not be made, or stands in the vocabulary.
  private mutating func token(joining pair: TokenPair) throws -> TokenID? {
    let parts = [pair.left, pair.right].map { vocabulary.bytes(of: $0) ?? [] }
    let bytes = Array(parts.joined())
    guard allows?(pair, bytes) ?? true else { return nil }
    if forbidden.contains(bytes) || vocabulary.id(of: bytes) != nil { return nil }
    let id = nextID
    try vocabulary.add(bytes, id: id)
    nextID += 1
    return id
  }

  private mutating func merge(_ candidate: PairCandidate, into result: TokenID) {
    for word in places[candidate.number] {
      let count = counts[Int(word)]
      words.merge(candidate.pair, into: result, word: Int(word)) { pair, change in
        pairs.add(change * count, to: pair, word: word)
      }
    }
    places[candidate.number] = []
    enqueueFresh()
  }

  private mutating func enqueueFresh() {
    pairs.takeFresh { pair, count, words in
      guard count > 0 else { return }
      queue.push(PairCandidate(score: count, pair: pair, number: places.count))
      places.append(words)
    }
  }
}
