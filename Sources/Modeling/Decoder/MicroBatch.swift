internal import Artifacts

/// The tokens of one forward pass: sequences laid end to end, without padding.
///
///     two sequences of 3 and 2 tokens; the answer of each is supervised
///     tokens     1  7  9 | 1  8
///     positions  0  1  2 | 0  1
///     borders    0         3    5
///     targets    7  9  2 | 8  2        (shifted; a negative one is ignored)
///     weights    0  1  1 | 0  1
public struct MicroBatch: Sendable, Equatable {
  /// Tokens of all sequences.
  public var tokens: [Int32]
  /// The position of each token in its sequence.
  public var positions: [Int32]
  /// Where sequences begin and end: `sequences + 1` offsets, the first 0, the last `tokens.count`.
  public var borders: [Int32]
  /// The token that each position predicts; negative where nothing is predicted.
  public var targets: [Int32]
  /// The weight of each prediction in the loss; 0 where the target is negative.
  public var weights: [Float]

  /// A micro-batch of these columns.
  public init(
    tokens: [Int32], positions: [Int32], borders: [Int32], targets: [Int32], weights: [Float]
  ) {
    self.tokens = tokens
    self.positions = positions
    self.borders = borders
    self.targets = targets
    self.weights = weights
  }

  /// Sequences without targets, for generating.
  public init(sequences: [[Int32]]) {
    tokens = sequences.flatMap { $0 }
    positions = sequences.flatMap { Array(0..<Int32($0.count)) }
    borders = sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) }
    targets = Array(repeating: -1, count: tokens.count)
    weights = Array(repeating: 0, count: tokens.count)
  }

  /// How many tokens.
  public var count: Int { tokens.count }

  /// The sum of the weights of what is predicted.
  public var totalWeight: Double {
    zip(targets, weights).reduce(0) { $0 + ($1.0 >= 0 ? Double($1.1) : 0) }
  }

  /// The number of tokens of the longest sequence.
  public var longestSequence: Int {
    zip(borders, borders.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) }
  }

  /// Refuses columns that do not fit together or leave the vocabulary: operations trust them.
  ///
  /// - Throws: `malformed`.
  public func check(vocabularyCount: Int, maximumPositions: Int) throws {
    func demand(_ condition: Bool, _ message: @autoclosure () -> String) throws {
      guard !condition else { return }
      throw AksharaError(.malformed, message(), remedy: "make the shards again with this model")
    }
    try demand(
      !tokens.isEmpty && positions.count == count && targets.count == count
        && weights.count == count, "a batch has columns of unequal length")
    try demand(
      borders.first == 0 && borders.last == Int32(count)
        && zip(borders, borders.dropFirst()).allSatisfy { $0 < $1 },
      "a batch has sequence borders \(borders) over \(count) tokens")
    let largest = max(tokens.max() ?? 0, targets.max() ?? 0)
    try demand(
      largest < vocabularyCount,
      "the token \(largest) is outside the model's vocabulary of \(vocabularyCount)")
    let smallest = tokens.min() ?? 0
    try demand(smallest >= 0, "the token \(smallest) is below 0")
    let (first, last) = (positions.min() ?? 0, positions.max() ?? 0)
    try demand(
      first >= 0 && Int(last) < maximumPositions,
      "the position \(first < 0 ? first : last) is outside the \(maximumPositions) positions")
  }
}
