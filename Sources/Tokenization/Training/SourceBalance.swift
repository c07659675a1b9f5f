internal import Foundation

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
/// All begin with the same weight. A cost falls by some power of the weight, so both are taken as
/// logarithms, and each weight goes to where its source's cost would meet the mean if it fell on as
/// steeply as between the last two rounds (the secant method; in the first round, as if costs fell
/// by the cube root of weights). It ends when the dearest source costs at most 1 % more than the
/// cheapest, or after 10 rounds, with the evenest weights seen.
struct SourceBalance {
  /// The least weight. Weights are whole numbers, so that sums do not depend on their order.
  static let unit = 256
  private static let largest = Double(1 << 20)
  private static let tolerance = 1.01
  private static let rounds = 10
  /// What a weight is multiplied by for a cost that is too high by one part: at first, and at most.
  private static let firstGain = 3.0
  private static let gains = 1.0...8.0

  /// The weights to learn with next.
  private(set) var weights: [Int]
  /// The weights of the evenest round so far.
  private(set) var bestWeights: [Int]
  /// How much more the dearest source costs than the cheapest, with those.
  private(set) var bestSpread = Double.infinity
  private var round = 0
  private var points: [Point]
  /// What the tokens of each source are divided by.
  private let sizes: [Double]

  /// A source's weight and what it costs over the mean; logarithms.
  private struct Point {
    var weight = 0.0
    var cost = 0.0
    var gain = firstGain
  }

  /// Sources that are to cost the same.
  ///
  /// - Parameter sizes: what their tokens are divided by; sources of size 0 do not matter.
  init(sizes: [Int]) {
    self.sizes = sizes.map(Double.init)
    weights = sizes.map { _ in Self.unit }
    bestWeights = weights
    points = sizes.map { _ in Point() }
  }

  /// Takes what the sources cost when merges are learned with `weights`, and sets the next weights.
  ///
  /// - Parameter tokenCounts: the tokens of each source.
  /// - Returns: whether there is nothing more to try.
  mutating func isEven(_ tokenCounts: [Int]) -> Bool {
    let costs = zip(tokenCounts, sizes).map { $0 > 0 && $1 > 0 ? Double($0) / $1 : 0 }
    let known = costs.filter { $0 > 0 }
    guard let least = known.min(), let most = known.max() else { return true }
    round += 1
    if most / least < bestSpread { (bestSpread, bestWeights) = (most / least, weights) }
    guard most / least > Self.tolerance, round < Self.rounds else { return true }
    let mean = known.reduce(0) { $0 + log($1) } / Double(known.count)
    move(costs.map { $0 > 0 ? log($0) - mean : 0 })
    return false
  }

  /// Sets the next weights from the logarithms of the costs over their mean.
  private mutating func move(_ costs: [Double]) {
    let present = weights.map { log(Double($0)) }
    let mean = present.reduce(0, +) / Double(present.count)
    for (source, cost) in costs.enumerated() {
      let weight = present[source] - mean
      var point = points[source]
      let (step, fall) = (weight - point.weight, point.cost - cost)
      if round > 1, step * fall > 0 {
        point.gain = min(max(step / fall, Self.gains.lowerBound), Self.gains.upperBound)
      }
      points[source] = Point(weight: weight, cost: cost, gain: point.gain)
    }
    let next = points.map { exp($0.weight + $0.gain * $0.cost) }
    let smallest = next.min() ?? 1
    weights = next.map { Int(min(($0 / smallest * Double(Self.unit)).rounded(), Self.largest)) }
  }
}
