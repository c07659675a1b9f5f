/// Up to where merges are learned, and which tokens are never made.
struct LearningGoal: Sendable {
  /// The number of tokens to end with.
  var tokenCount: Int
  /// How often a pair must stand in the text.
  var minimumFrequency: Int
  /// `tokenizers`' `max_token_length`: a new token of more than two bytes must be shorter than
  /// this. (`BpeTrainer` does not count the pairs that would be as long.)
  var maximumLength: Int?
  /// Whether lengths are numbers of characters, not of bytes.
  var countsCharacters = false
  /// Byte strings that no token may be.
  var forbidden: [[UInt8]] = []

  /// Learns merges from words, as `tokenizers` does.
  func learn(_ words: CountedWords, _ vocabulary: Vocabulary) throws -> LearnedMerges {
    var learner = try learner(words, vocabulary)
    try learner.learn(untilCount: tokenCount, minimumFrequency: minimumFrequency)
    return LearnedMerges(
      vocabulary: learner.vocabulary, merges: learner.merges, lastCount: learner.lastCount)
  }

  /// A learner that keeps to this goal.
  ///
  /// - Parameter allows: asked with the bytes of a token that may be made.
  func learner(
    _ words: CountedWords, _ vocabulary: Vocabulary,
    allows: (([UInt8]) -> Bool)? = nil
  ) throws -> MergeLearner {
    var learner = try MergeLearner(words, vocabulary: vocabulary) {
      [maximumLength, countsCharacters] _, bytes in
      if let maximumLength {
        let length =
          countsCharacters ? bytes.count(where: { $0 & 0xC0 != 0x80 }) : bytes.count
        if length > 2, length >= maximumLength { return false }
      }
      return allows?(bytes) ?? true
    }
    learner.forbid(forbidden)
    return learner
  }
}
