import Orthography

/// Finds the merges that an old vocabulary lacks: byte-pair encoding that begins with the words as
/// the old vocabulary encodes them, and may only make tokens that `IndicScript.allowsToken`.
///
/// Two things differ from `MergeLearner`. A place where the new token would tear an akshara counts
/// less (`ExtensionOptions.tornAksharaPercent`), so a pair's score can rise again once the akshara
/// has been put together: each rise puts the pair into the queue anew, and what comes out with a
/// score that is no longer true goes back. And there is a queue for each script, because the options
/// say whose turn it is.
struct ExtensionLearner {
  /// The old tokens and the new ones.
  var vocabulary: Vocabulary { tokens.vocabulary }
  /// The new merges, in order; a merge may also make a token that was there before.
  private(set) var merges: [Merge] = []
  /// The number of tokens that the words of each script take, counted as often as they stand in
  /// the corpus.
  private(set) var tokenTotals = [Int](repeating: 0, count: IndicScript.allCases.count)

  private var pieces: WordPieces
  private let corpus: ExtensionWords
  private let options: ExtensionOptions
  private var tokens: GrowingVocabulary
  private var nextRank: Int32
  private var pairs = ExtensionPairs()
  private var queues: [BinaryHeap<PairCandidate>]

  /// A learner.
  ///
  /// - Parameters:
  ///   - definition: what encodes the words now; its merges come before the new ones.
  ///   - pieces: the words of `corpus`, in its order, as `definition` encodes them.
  init(
    _ definition: BPEDefinition, corpus: ExtensionWords, pieces: WordPieces,
    options: ExtensionOptions
  ) {
    tokens = GrowingVocabulary(definition)
    self.corpus = corpus
    self.pieces = pieces
    self.options = options
    nextRank = (definition.merges.map(\.rank).max() ?? -1) + 1
    queues = IndicScript.allCases.map { _ in BinaryHeap() }
    for word in 0..<pieces.count { countPairs(of: word) }
    enqueueRisen()
  }

  private mutating func countPairs(of word: Int) {
    let count = corpus.counts[word]
    if let script = IndicScript(firstIn: corpus.words[word]) {
      tokenTotals[script.rawValue] += count * pieces.tokenCount(of: word)
    }
    let percent = options.tornAksharaPercent
    pieces.forEachPlace(of: word, length: tokens.length) { place in
      pairs.add(
        count * place.percent(torn: percent), to: place.pair, word: word, isNew: true,
        script: tokens.script)
    }
  }

  /// Learns until `tokenCount` tokens are new, or no pair stands often enough.
  ///
  /// - Throws: `Vocabulary.Refusal` if the IDs run out.
  mutating func learn(tokenCount: Int) throws {
    let leastScore = max(1, options.minimumFrequency) * 100
    while tokens.newCount < tokenCount {
      let heads = IndicScript.allCases.map { head(of: $0) }
      let open = IndicScript.allCases.filter { (heads[$0.rawValue]?.score ?? 0) >= leastScore }
      guard let script = open.max(by: { precedes($0, $1, heads) }),
        let candidate = heads[script.rawValue]
      else { return }
      for other in heads.compactMap({ $0 }) where other.number != candidate.number {
        requeue(other)
      }
      try join(candidate)
    }
  }

  /// Takes the best pair of a script out of its queue; its score is up to date.
  private mutating func head(of script: IndicScript) -> PairCandidate? {
    while var candidate = queues[script.rawValue].pop() {
      let score = pairs.entries[candidate.number].score
      if score == candidate.score { return candidate }
      // A pair that has risen stands further up with its new score.
      guard score > 0, score < candidate.score else { continue }
      candidate.score = score
      queues[script.rawValue].push(candidate)
    }
    return nil
  }

  private mutating func requeue(_ candidate: PairCandidate) {
    guard let script = pairs.entries[candidate.number].script else { return }
    queues[script.rawValue].push(candidate)
  }

  /// Whether `right` has a better claim to the next token than `left`. Products instead of quotients
  /// keep the comparison exact; of equal claims, Kannada's goes first.
  private func precedes(
    _ left: IndicScript, _ right: IndicScript, _ heads: [PairCandidate?]
  ) -> Bool {
    let (l, r) = (left.rawValue, right.rawValue)
    switch options.balance {
    case .fertility: return tokenTotals[l] * corpus.totals[r] < tokenTotals[r] * corpus.totals[l]
    case .words:
      return (heads[l]?.score ?? 0) * corpus.totals[r] < (heads[r]?.score ?? 0) * corpus.totals[l]
    case .corpus: return (heads[l]?.score ?? 0) < (heads[r]?.score ?? 0)
    }
  }

  private mutating func join(_ candidate: PairCandidate) throws {
    let pair = candidate.pair
    let result = try tokens.token(joining: pair)
    merges.append(Merge(left: pair.left, right: pair.right, result: result, rank: nextRank))
    nextRank += 1
    let percent = options.tornAksharaPercent
    for word in pairs.takeWords(of: candidate.number).map(Int.init) {
      let count = corpus.counts[word]
      let before = pieces.tokenCount(of: word)
      pieces.merge(pair, into: result, word: word, length: tokens.length) { place, sign in
        pairs.add(
          sign * count * place.percent(torn: percent), to: place.pair, word: word,
          isNew: sign > 0, script: tokens.script)
      }
      if let script = IndicScript(firstIn: corpus.words[word]) {
        tokenTotals[script.rawValue] -= count * (before - pieces.tokenCount(of: word))
      }
    }
    enqueueRisen()
  }

  private mutating func enqueueRisen() {
    for index in pairs.takeRisen() {
      let entry = pairs.entries[index]
      guard entry.score > 0 else { continue }
      requeue(PairCandidate(score: entry.score, pair: entry.pair, number: index))
    }
  }
}
