/// In which unit the sources of a training are to cost the same number of tokens.
public enum FertilityMeasure: String, Sendable, Equatable, CaseIterable {
  /// Tokens for each character (code point): for sources that say different things.
  case characters
  /// Tokens for each source as a whole: for sources that say the same in several languages.
  case text
}

/// Finds by how much the words of each source must count for all sources to cost the same number
/// of tokens.
///
/// All begin with the same weight. After each training the weight of a source is multiplied by the
/// cube of its cost over the mean cost: a vocabulary's cost falls slowly with the tokens that it is
/// given, so the plain ratio would need many more rounds. It ends when the dearest source costs at
/// most 1 % more than the cheapest, or after 12 rounds, with the evenest weights seen.
struct SourceBalance {
  /// The least weight. Weights are whole numbers, so that sums do not depend on their order.
  static let unit = 64
  private static let largest = 1 << 16
  private static let tolerance = 1.01
  private static let rounds = 12

  /// The weights to learn with next.
  private(set) var weights: [Int]
  /// The weights of the evenest round so far.
  private(set) var bestWeights: [Int]
  private var bestSpread = Double.infinity
  private var round = 0
  private var scales: [Double]
  private let sources: [TrainingSource]
  /// What the tokens of each source are divided by.
  private let sizes: [Double]

  /// Sources that are to cost the same.
  init(_ sources: [TrainingSource], measure: FertilityMeasure) {
    self.sources = sources
    weights = sources.map { _ in Self.unit }
    bestWeights = weights
    scales = sources.map { _ in 1 }
    sizes = sources.map { measure == .text ? 1 : Double($0.characterCount) }
  }

  /// Measures what the sources cost with a tokenizer that was learned with `weights`, and sets the
  /// next weights.
  ///
  /// - Returns: whether there is nothing more to try.
  mutating func isEven(_ tokenizer: BPETokenizer) -> Bool {
    let costs = zip(sources, sizes).map { $1 > 0 ? Double($0.tokenCount(tokenizer)) / $1 : 0 }
    let known = costs.filter { $0 > 0 }
    guard let least = known.min(), let most = known.max() else { return true }
    round += 1
    if most / least < bestSpread { (bestSpread, bestWeights) = (most / least, weights) }
    guard most / least > Self.tolerance, round < Self.rounds else { return true }
    let mean = known.reduce(0, +) / Double(known.count)
    for (source, cost) in costs.enumerated() where cost > 0 {
      let ratio = cost / mean
      scales[source] *= ratio * ratio * ratio
    }
    let smallest = scales.min() ?? 1
    weights = scales.map { min(Int($0 / smallest * Double(Self.unit)), Self.largest) }
    return false
  }
}

extension TrainingSource {
  /// The code points in the text.
  fileprivate var characterCount: Int {
    var count = 0
    counter.forEach { word, times in
      for byte in word where byte & 0xC0 != 0x80 { count += times }
    }
    return count
  }

  /// The tokens that the text becomes.
  fileprivate func tokenCount(_ tokenizer: BPETokenizer) -> Int {
    var count = 0
    counter.forEach { word, times in
      count +=
        times
        * tokenizer.encode(word.bindMemory(to: UInt8.self), specials: .asText).ids.count
    }
    return count
  }
}
