package import Batching
package import Compute
package import Conversations
package import Modeling
internal import Training

/// The mean loss of a model over the supervised tokens of some rows.
package struct HeldOutScore: Sendable, Equatable {
  /// What the rows have in common: a language, or `all`.
  package var name: String
  /// How many tokens were predicted.
  package var tokens: Int
  /// The sum of their weights.
  package var weight: Double
  /// The weighted mean loss, in nats a token.
  package var loss: Double
}

/// Scores a model on a split, language by language.
///
/// The mean over all rows is the weighted mean of the languages' means, so the parts add up.
package struct HeldOutScorer {
  private let shards: ShardSet
  private let split: Split
  private let groups: [(language: String, rows: [Int])]
  private let batchSize: Int

  /// The name of rows without a language.
  static let unknownLanguage = "und"
  /// The name of the score over all rows.
  package static let allRows = "all"

  /// A scorer of `split`'s rows.
  ///
  /// - Throws: `malformed` if a row cannot be read.
  package init(_ shards: ShardSet, split: Split = .validation, batchSize: Int = 8) throws {
    self.shards = shards
    self.split = split
    self.batchSize = batchSize
    var rows: [String: [Int]] = [:]
    for index in 0..<shards.rowCount(split) {
      let language = try shards.record(split, index).language ?? Self.unknownLanguage
      rows[language, default: []].append(index)
    }
    groups = rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The scores of `weights`: over all rows first, then language by language.
  ///
  /// - Throws: `device` if there is no room; `malformed` if rows do not fit the model.
  package func scores(
    of weights: DecoderWeights, on backend: any Backend
  ) throws -> [HeldOutScore] {
    guard !groups.isEmpty else { return [] }
    let lengths = shards.lengths(split).sorted(by: >)
    let model = try DecoderModel(
      weights, for: .scoring, capacity: lengths.prefix(batchSize).reduce(0) { $0 + Int($1) },
      positions: Int(lengths.first ?? 1), on: backend)
    let heldOut = try HeldOutLoss(model, on: backend)
    let scores = try groups.map { try score($0.language, rows: $0.rows, heldOut) }
    return [Self.total(scores)] + scores
  }

  private func score(
    _ name: String, rows: [Int], _ heldOut: HeldOutLoss
  ) throws -> HeldOutScore {
    var total = HeldOutLoss.Total()
    for start in stride(from: 0, to: rows.count, by: batchSize) {
      let batch = rows[start..<min(start + batchSize, rows.count)]
      try heldOut.measure(ModelInput(batch.map { shards.row(split, $0) }), into: &total)
    }
    return HeldOutScore(
      name: name, tokens: total.tokens, weight: total.weight, loss: total.loss ?? 0)
  }

  private static func total(_ scores: [HeldOutScore]) -> HeldOutScore {
    let weight = scores.reduce(0) { $0 + $1.weight }
    let sum = scores.reduce(0) { $0 + $1.weight * $1.loss }
    return HeldOutScore(
      name: allRows, tokens: scores.reduce(0) { $0 + $1.tokens }, weight: weight,
      loss: weight > 0 ? sum / weight : 0)
  }
}
