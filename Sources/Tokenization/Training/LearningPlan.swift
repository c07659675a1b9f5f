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
  private let options: BPETrainerOptions
  private let first: any FirstTokens
  private let words: CountedWords
  /// Which source has which words; only for `balance`.
  private let sources: SourceWords?
  /// By how much the words of each source count.
  private(set) var weights: [Int]
  /// The number of different words that were counted.
  let wordCount: Int

  /// Takes the words out of the sources.
  ///
  /// - Throws: `invalidOption` if the vocabulary is too small for the characters.
  init(_ options: BPETrainerOptions, _ sources: [TrainingSource]) throws {
    self.options = options
    weights = sources.map { _ in 1 }
    var words = options.balance == nil ? Self.takenWords(sources) : Self.mergedWords(sources)
    wordCount = words.count
    switch options.model {
    case .byteLevel: first = try ByteTokens(options)
    case .sentencePiece: first = try CharacterTokens(options, words)
    }
    self.words = first.spell(words)
    guard options.balance != nil else {
      self.sources = nil
      return
    }
    words.number()
    self.sources = SourceWords(words, sources, addedCharacters: first.addedCharacters)
    for source in sources { _ = source.counter.takeWords() }
  }

  private static func takenWords(_ sources: [TrainingSource]) -> WordCounts {
    var words = sources.first?.counter.takeWords() ?? WordCounts()
    for source in sources.dropFirst() { words.merge(source.counter.takeWords()) }
    return words
  }

  private static func mergedWords(_ sources: [TrainingSource]) -> WordCounts {
    var words = WordCounts()
    for source in sources { source.counter.merge(into: &words) }
    return words
  }

  /// Learns the merges; with `balance`, several times, until the sources are even. Their weights are
  /// found with plain merges, whose costs differ little from those of merges that keep aksharas.
  mutating func learn() throws -> LearnedMerges {
    guard let sources, let measure = options.balance else {
      return try learn(words, leastCount: options.minimumFrequency)
    }
    let least = options.minimumFrequency.multipliedCapped(by: SourceBalance.unit)
    var balance = SourceBalance(
      sizes: measure == .characters ? sources.characterCounts : weights)
    while true {
      let weighted = sources.weighted(words, by: balance.weights)
      var learner = try goal(least).learner(weighted, first.vocabulary)
      try learner.learn(untilCount: tokenCount, minimumFrequency: least)
      if balance.isEven(sources.tokenCounts(words, rest: learner.words)) { break }
    }
    weights = balance.bestWeights
    return try learn(sources.weighted(words, by: weights), leastCount: least)
  }

  private func learn(_ words: CountedWords, leastCount: Int) throws -> LearnedMerges {
    let goal = goal(leastCount)
    return options.keepsAksharas
      ? try AksharaLearning(words, first.vocabulary, goal).learn()
      : try goal.learn(words, first.vocabulary)
  }

  private var tokenCount: Int { options.vocabularySize - options.specialTokens.count }

  private func goal(_ leastCount: Int) -> LearningGoal {
    LearningGoal(
      tokenCount: tokenCount, minimumFrequency: leastCount,
      maximumLength: options.maximumTokenLength, countsCharacters: options.model == .sentencePiece,
      forbidden: first.forbidden)
  }

  /// The tokenizer with merges.
  func tokenizer(_ learned: LearnedMerges) throws -> BPETokenizer {
    try BPETokenizer(first.definition(of: learned))
  }

  /// What was done.
  func report(of learned: LearnedMerges, _ sources: [TrainingSource]) -> TrainingReport {
    TrainingReport(
      tokenCount: learned.vocabulary.count + options.specialTokens.count,
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
