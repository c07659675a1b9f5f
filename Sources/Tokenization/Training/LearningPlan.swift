import Artifacts

/// What learning ends with.
struct LearnedMerges: Sendable {
  var vocabulary: Vocabulary
  var merges: [Merge]
  /// How often the pair of the last merge stood in the text.
  var lastCount: Int
  /// How many of the merges, the first ones, only make aksharas and parts of them.
  var aksharaMerges = 0
}

/// How merges are learned from counted words, as the options say.
struct LearningPlan {
  let options: BPETrainerOptions
  let sources: [TrainingSource]
  /// The special tokens, which come before all others.
  let specialTokens: [AddedToken]
  /// By how much the words of each source count.
  private(set) var weights: [Int]
  /// The number of different words that were learned from.
  private(set) var wordCount = 0

  init(_ options: BPETrainerOptions, _ sources: [TrainingSource]) {
    self.options = options
    self.sources = sources
    weights = sources.map { _ in 1 }
    specialTokens = options.specialTokens.enumerated().map {
      AddedToken(id: TokenID($0), text: $1)
    }
  }

  /// Learns the merges; with `balance`, several times, until the sources are even.
  mutating func learn() throws -> LearnedMerges {
    guard let measure = options.balance else { return try learn(weights) }
    var balance = SourceBalance(sources, measure: measure)
    while true {
      let learned = try learn(balance.weights)
      if try balance.isEven(tokenizer(learned)) {
        weights = balance.bestWeights
        return try learn(weights)
      }
    }
  }

  /// Learns merges from words that count by `weights`.
  private mutating func learn(_ weights: [Int]) throws -> LearnedMerges {
    let vocabulary = try byteVocabulary()
    let words = countedWords(weights, vocabulary)
    wordCount = words.count
    let scale = options.balance == nil ? 1 : SourceBalance.unit
    let goal = LearningGoal(
      tokenCount: options.vocabularySize - specialTokens.count,
      minimumFrequency: options.minimumFrequency.multipliedCapped(by: scale),
      maximumLength: options.maximumTokenLength, forbidden: options.specialTokens)
    return options.keepsAksharas
      ? try AksharaLearning(words, vocabulary, goal).learn()
      : try goal.learn(words, vocabulary)
  }

  /// The bytes, in the order of the byte alphabet, behind the special tokens.
  private func byteVocabulary() throws -> Vocabulary {
    var vocabulary = Vocabulary(capacity: options.vocabularySize)
    for (offset, byte) in ByteAlphabet.bytesInOrder.enumerated() {
      try vocabulary.add([byte], id: TokenID(specialTokens.count + offset))
    }
    return vocabulary
  }

  private func countedWords(_ weights: [Int], _ vocabulary: Vocabulary) -> CountedWords {
    let byteTokens = (UInt8.min...UInt8.max).map { vocabulary.id(of: [$0]) ?? 0 }
    if sources.count == 1, let only = sources[0].counter.singleTable(byteTokens) { return only }
    var words = WordCounts()
    for (source, weight) in zip(sources, weights) {
      source.counter.merge(into: &words, weight: weight)
    }
    return CountedWords(words, byteTokens: byteTokens)
  }

  private func tokenizer(_ learned: LearnedMerges) throws -> BPETokenizer {
    try BPETokenizer(
      BPEDefinition(
        pretokenizer: Pretokenizer(options.pattern), vocabulary: learned.vocabulary,
        merges: learned.merges, prefersWholePretokens: false, addedTokens: []))
  }

  /// What was done.
  func report(of learned: LearnedMerges) -> TrainingReport {
    TrainingReport(
      tokenCount: learned.vocabulary.count + specialTokens.count,
      mergeCount: learned.merges.count, aksharaMergeCount: learned.aksharaMerges,
      lastFrequency: learned.lastCount, wordCount: wordCount,
      sources: zip(sources, weights).map {
        TrainingReport.Source(name: $0.name, byteCount: $0.counter.byteCount, weight: $1)
      })
  }
}

extension Int {
  /// The product, or the largest number if it does not fit.
  func multipliedCapped(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
