/// A pair of adjacent tokens in a learner's queue, with the score that it had when it was pushed. The
/// one with the highest score is the smallest, so that it comes out first; of equal scores, the pair
/// with the smaller IDs, as in `tokenizers` 0.23 (`BpeTrainer`).
struct PairCandidate: Comparable {
  /// How often the pair stands in the words, or what the learner makes of that.
  var score: Int
  var pair: TokenPair
  /// The learner's number for the pair.
  var number: Int

  static func < (left: PairCandidate, right: PairCandidate) -> Bool {
    left.score == right.score ? left.pair < right.pair : left.score > right.score
  }
}
