import Orthography

/// Learns merges in two phases, so that hardly a token border falls inside an akshara.
///
/// The first phase merges only what stays inside one akshara. Its merges have the lowest ranks, so
/// every akshara that is frequent enough is one token before anything else happens to it; in plain
/// BPE `ಮ+ಸ್` may come before `ಸ್+ತೆ`, and the akshara `ಸ್ತೆ` is cut. The second phase merges whole
/// characters freely. Both ask about the joined bytes alone, never about where they stand: the
/// result is an ordinary list of merges, which any BPE encoder applies.
///
/// ```
/// plain       ನ ಮ ಸ್ ತೆ   →  ನ ಮಸ್ ತೆ     a border inside ಸ್ತೆ
/// in phases   ನ ಮ ಸ್ ತೆ   →  ನ ಮ ಸ್ತೆ  →  ನಮಸ್ತೆ
/// ```
///
/// What "frequent enough" means: the first phase ends at a count such that the second phase, with
/// the tokens that are left, ends at the same count or just below. An akshara gets a token exactly
/// if it earns one as a piece of any other kind would.
///
/// The lower that count is, the fewer tokens are left for the second phase, and the higher the count
/// at which this ends. So a trial with a count below which the second phase ends shows that none
/// below *that* will do: together with plain BPE's last count, the first trial, two or three
/// learnings find the count.
struct AksharaLearning {
  private let words: CountedWords
  private let vocabulary: Vocabulary
  private let goal: LearningGoal

  init(_ words: CountedWords, _ vocabulary: Vocabulary, _ goal: LearningGoal) {
    self.words = words
    self.vocabulary = vocabulary
    self.goal = goal
  }

  /// Learns the merges.
  ///
  /// - Complexity: that of plain learning, times at most the logarithm of the last count.
  func learn() throws -> LearnedMerges {
    var low = max(1, goal.minimumFrequency)
    var high = max(low, try goal.learn(words, vocabulary).lastCount)
    var best = try learn(aksharasFrom: high)
    while best.lastCount > high {
      (low, high) = (high + 1, best.lastCount)
      best = try learn(aksharasFrom: high)
    }
    low = max(low, best.lastCount)
    while low < high {
      let middle = low + (high - low) / 2
      let trial = try learn(aksharasFrom: middle)
      if trial.lastCount > middle {
        low = middle + 1
      } else {
        (high, best) = (middle, trial)
        low = max(low, trial.lastCount)
      }
    }
    return best
  }

  /// Learns with a first phase that ends at pairs which stand less often than `count`.
  private func learn(aksharasFrom count: Int) throws -> LearnedMerges {
    var first = try goal.learner(words, vocabulary, allows: AksharaFragment.isFragment)
    try first.learn(untilCount: goal.tokenCount, minimumFrequency: count)
    var second = try goal.learner(
      first.words, first.vocabulary, allows: AksharaFragment.isOfWholeCharacters)
    try second.learn(untilCount: goal.tokenCount, minimumFrequency: goal.minimumFrequency)
    let offset = Int32(first.merges.count)
    return LearnedMerges(
      vocabulary: second.vocabulary,
      merges: first.merges
        + second.merges.map {
          Merge(left: $0.left, right: $0.right, result: $0.result, rank: $0.rank + offset)
        },
      lastCount: second.lastCount, aksharaMerges: first.merges.count)
  }
}
