public import Tokenization

/// A batch as the model takes it: the tokens of all rows end to end, without padding, and the
/// labels moved by one place to become targets. This is the only place where they move.
///
///     rows       [7 8 9 2] [7 5 2]
///     tokens      7  8  9  2  7  5  2
///     positions   0  1  2  3  0  1  2      start again in every row
///     borders     0           4        7   row i is borders[i]..<borders[i + 1]
///     labels      -  -  9  2  -  5  2
///     targets     -  9  2  -  5  2  -      targets[t] = labels[t + 1]; a row's last has none
///     weights     0  1  1  0  1  1  0      the weight of the target
///
/// Packed rows differ in nothing but the order of their rows, so they use the same form.
public struct ModelInput: Sendable, Equatable {
  /// The tokens, `[tokens]`.
  public let tokens: [TokenID]
  /// The position of each token in its row, `[tokens]`.
  public let positions: [Int32]
  /// Where each row begins, and the end, `[rows + 1]`.
  public let borders: [Int32]
  /// The token that should follow each, `[tokens]`; `ignoreIndex` where none is trained on.
  public let targets: [TokenID]
  /// The weight of each target in the loss, `[tokens]`; 0 where there is none.
  public let weights: [Float]

  /// Lays rows end to end.
  public init(_ rows: [TokenRow]) {
    var tokens: [TokenID] = []
    var positions: [Int32] = []
    var borders: [Int32] = [0]
    var targets: [TokenID] = []
    var weights: [Float] = []
    for row in rows where row.count > 0 {
      tokens += row.inputIDs
      positions += 0..<Int32(row.count)
      targets += row.labels.dropFirst()
      targets.append(ignoreIndex)
      weights += row.weights.dropFirst()
      weights.append(0)
      borders.append(Int32(tokens.count))
    }
    (self.tokens, self.positions, self.borders) = (tokens, positions, borders)
    (self.targets, self.weights) = (targets, weights)
  }

  /// The sum of the weights: what the loss of an optimizer step is divided by, added up over its
  /// micro-batches. In double precision and in order, so that it is the same everywhere.
  public var weightSum: Double { weights.reduce(into: 0) { $0 += Double($1) } }

  /// How many positions have a target.
  public var targetCount: Int { targets.count { $0 != ignoreIndex } }

  /// How many rows.
  public var rowCount: Int { borders.count - 1 }

  /// The length of the longest row.
  public var longest: Int { zip(borders.dropFirst(), borders).map { Int($0 - $1) }.max() ?? 0 }
}

extension Batch {
  /// Row `index` without its padding.
  public func row(_ index: Int) -> TokenRow {
    let filler = side == .left ? length - lengths[index] : 0
    let start = index * length + filler
    let range = start..<start + lengths[index]
    return TokenRow(
      inputIDs: Array(tokens[range]), labels: Array(labels[range]), weights: Array(weights[range]))
  }

  /// The batch as the model takes it.
  public var modelInput: ModelInput { ModelInput((0..<rowCount).map(row)) }
}
