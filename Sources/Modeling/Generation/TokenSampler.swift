internal import Compute
internal import Foundation

/// Chooses the next token from logits. The same seed and logits give the same token.
struct TokenSampler: Sendable {
  let options: GenerationOptions

  /// The choice for the token number `index` of the text.
  ///
  /// - Parameters:
  ///   - logits: `[vocabulary]`.
  func choose(_ logits: [Float], index: Int) -> Int32 {
    options.temperature == 0 ? likeliest(logits) : draw(logits, index: index)
  }

  /// The first of the largest, as `argmax` in torch.
  private func likeliest(_ logits: [Float]) -> Int32 {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return Int32(best)
  }

  private func draw(_ logits: [Float], index: Int) -> Int32 {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp(Double($0 - largest) / options.temperature) }
    // Likeliest first; equal ones in the order of their IDs.
    let order = weights.indices.sorted {
      weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1]
    }
    let likeliest = options.topCount > 0 ? order.prefix(options.topCount) : order[...]
    let kept = nucleus(likeliest.map { weights[$0] })
    let total = kept.reduce(0, +)
    let bits = RandomStream.sampling(seed: options.seed).bits(UInt64(index))
    var rest = (Double(bits.0) * 0x1p-32) * total
    for (place, weight) in kept.enumerated() {
      rest -= weight
      if rest < 0 { return Int32(order[place]) }
    }
    return Int32(order[kept.count - 1])
  }

  /// The fewest leading weights whose share reaches `topProbability`; at least one.
  private func nucleus(_ weights: [Double]) -> ArraySlice<Double> {
    guard options.topProbability < 1 else { return weights[...] }
    let limit = options.topProbability * weights.reduce(0, +)
    var sum = 0.0
    for (place, weight) in weights.enumerated() {
      sum += weight
      if sum >= limit { return weights[...place] }
    }
    return weights[...]
  }
}
