package import Artifacts
internal import Batching
package import Compute
internal import Conversations
internal import Foundation
package import Modeling
internal import Tokenization

/// How far a merged model is from the one that was trained, measured on the same tokens.
package struct MergeDistance: Sendable, Equatable {
  /// The mean of Σ p (log p − log q) over all positions, in nats: p is the trained model's.
  package var divergence = 0.0
  /// The mean distance of logits.
  package var meanDifference = 0.0
  /// The largest distance of logits.
  package var largestDifference = 0.0
  /// The share of positions whose likeliest token is the same.
  package var agreement = 0.0

  /// The distance for manifests and programs.
  package var json: JSONValue {
    [
      "kl_divergence": .number(divergence), "mean_logit_difference": .number(meanDifference),
      "largest_logit_difference": .number(largestDifference), "same_likeliest": .number(agreement),
    ]
  }
}

/// The tokens on which merged models are compared with the one that was trained.
package struct MergeProbe {
  /// What the tokens are, for people.
  package let origin: String
  private let sequences: [[TokenID]]

  /// A sequence is cut to this many tokens.
  private static let longest = 256
  /// The most bytes of logits that are kept on the host.
  private static let mostLogitBytes = 256 << 20
  /// Texts for an adapter that comes with none.
  private static let texts = [
    "ಬೆಂಗಳೂರು ಕರ್ನಾಟಕದ ರಾಜಧಾನಿ. ಇಲ್ಲಿ ಮಳೆಗಾಲದಲ್ಲಿ ಹವಾಮಾನ ತಂಪಾಗಿರುತ್ತದೆ.",
    "హైదరాబాద్ తెలంగాణ రాజధాని. ఇక్కడ వేసవిలో ఎండలు ఎక్కువగా ఉంటాయి.",
    "The river rises in the hills and reaches the sea after four hundred miles.",
  ]

  /// Rows of a shard set: of its validation split, else of its training split.
  ///
  /// - Throws: what opening the set throws.
  package init(shards path: String, vocabularyCount: Int) throws {
    let shards = try ShardSet(path)
    let split: Split = shards.rowCount(.validation) > 0 ? .validation : .train
    let rows = (0..<min(shards.rowCount(split), 64)).map { shards.row(split, $0).inputIDs }
    self.init(rows, origin: "\(split.rawValue) rows of \(path)", vocabularyCount: vocabularyCount)
  }

  /// The lines of a text file, or built-in texts if there is none.
  ///
  /// - Throws: what reading throws.
  package init(texts path: String?, tokenizer folder: String, vocabularyCount: Int) throws {
    let tokenizer = try BPETokenizer(contentsOf: folder)
    let lines = try path.map { try TextFile($0).text.split(separator: "\n").map(String.init) }
    let rows = (lines ?? Self.texts).prefix(64).map {
      tokenizer.leadingTokens + tokenizer.encode($0, specials: .asText).ids
    }
    self.init(rows, origin: path ?? "built-in texts", vocabularyCount: vocabularyCount)
  }

  private init(_ rows: [[TokenID]], origin: String, vocabularyCount: Int) {
    self.origin = origin
    var budget = max(64, Self.mostLogitBytes / (4 * vocabularyCount))
    sequences = rows.compactMap { row in
      let cut = Array(row.prefix(min(Self.longest, budget)))
      budget -= cut.count
      return cut.isEmpty ? nil : cut
    }
  }

  /// How many positions are compared.
  package var tokenCount: Int { sequences.reduce(0) { $0 + $1.count } }

  /// The logits of a model at every position, sequence by sequence.
  ///
  /// - Throws: `malformed` if the tokens are not the model's; `device`.
  package func logits(of weights: DecoderWeights, on backend: any Backend) throws -> [[Float]] {
    let longest = sequences.map(\.count).max() ?? 1
    let model = try DecoderModel(
      weights, for: .scoring, capacity: longest, positions: longest, on: backend)
    return try sequences.map { try model.logits(of: MicroBatch(sequences: [$0])) }
  }

  /// The distance of `found` from `reference`, both as `logits(of:on:)` gives them.
  package func distance(
    of found: [[Float]], from reference: [[Float]], vocabularyCount width: Int
  ) -> MergeDistance {
    var total = MergeDistance()
    for (p, q) in zip(reference, found) {
      for start in stride(from: 0, to: p.count, by: width) {
        add(p[start..<start + width], q[start..<start + width], to: &total)
      }
    }
    let count = Double(max(1, tokenCount))
    total.divergence /= count
    total.meanDifference /= count * Double(width)
    total.agreement /= count
    return total
  }

  private func add(
    _ p: ArraySlice<Float>, _ q: ArraySlice<Float>, to total: inout MergeDistance
  ) {
    let (first, second) = (Self.logSumExp(p), Self.logSumExp(q))
    var (likeliestP, likeliestQ) = (p.startIndex, q.startIndex)
    for (i, j) in zip(p.indices, q.indices) {
      let (x, y) = (Double(p[i]), Double(q[j]))
      total.divergence += exp(x - first) * ((x - first) - (y - second))
      total.meanDifference += abs(x - y)
      total.largestDifference = max(total.largestDifference, abs(x - y))
      if p[i] > p[likeliestP] { likeliestP = i }
      if q[j] > q[likeliestQ] { likeliestQ = j }
    }
    let isSame = likeliestP - p.startIndex == likeliestQ - q.startIndex
    total.agreement += isSame ? 1 : 0
  }

  private static func logSumExp(_ row: ArraySlice<Float>) -> Double {
    let largest = Double(row.max() ?? 0)
    return largest + log(row.reduce(0.0) { $0 + exp(Double($1) - largest) })
  }
}
