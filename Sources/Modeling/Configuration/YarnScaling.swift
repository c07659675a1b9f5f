internal import Foundation

/// YaRN: frequencies that turn often in the original length stay, those that turn less than once are
/// divided by `factor`, those between are blended; cosines and sines grow by `attentionFactor`.
///
///     dim(n)  = d · ln(positions / 2πn) / (2 ln theta)          the pair that turns n times
///     low     = ⌊dim(beta_fast)⌋,  high = ⌈dim(beta_slow)⌉      cut to 0 … d − 1
///     ramp(i) = clamp((i − low) / (high − low), 0, 1)
///     f(i)    = 1 / (factor · w(i)) · ramp(i) + 1 / w(i) · (1 − ramp(i)),   w(i) = theta^(2i / d)
///
/// Source: Peng et al. 2023, "YaRN", sections 3.2 to 3.4; roundings as in `_compute_yarn_parameters` of
/// transformers 5.17, which works in float32 from `w` on.
public struct YarnScaling: Sendable, Equatable {
  /// By how much the context is longer (`factor`).
  public var factor: Double
  /// The length the model was first trained on (`original_max_position_embeddings`).
  public var originalPositions: Int
  /// Turns from which on a frequency stays (`beta_fast`).
  public var fastTurns: Double
  /// Turns below which it is divided (`beta_slow`).
  public var slowTurns: Double
  /// What cosines and sines are multiplied with (`attention_factor`); `nil`: 0.1 ln factor + 1.
  public var attentionFactor: Double?
  /// Whether the borders are rounded to whole pairs (`truncate`).
  public var roundsBorders: Bool

  /// A scaling; defaults are those of the paper.
  public init(
    factor: Double, originalPositions: Int, fastTurns: Double = 32, slowTurns: Double = 1,
    attentionFactor: Double? = nil, roundsBorders: Bool = true
  ) {
    self.factor = factor
    self.originalPositions = originalPositions
    self.fastTurns = fastTurns
    self.slowTurns = slowTurns
    self.attentionFactor = attentionFactor
    self.roundsBorders = roundsBorders
  }

  /// The attention factor; the paper's (section 3.4) where none is given.
  var resolvedAttentionFactor: Double {
    attentionFactor ?? (factor <= 1 ? 1 : 0.1 * log(factor) + 1)
  }

  /// The scaled frequencies of pairs with these wavelengths (over 2π).
  func frequencies(_ wavelengths: [Float], theta: Double, headWidth: Int) -> [Float] {
    let (low, high) = borders(theta: theta, headWidth: headWidth)
    // transformers widens an empty ramp by so much to keep it from dividing by zero.
    let width = Float(low == high ? 0.001 : high - low)
    return wavelengths.enumerated().map { pair, wavelength in
      let kept = 1 - min(max((Float(pair) - Float(low)) / width, 0), 1)
      let divided = 1 / (Float(factor) * wavelength)
      return divided * (1 - kept) + 1 / wavelength * kept
    }
  }

  private func borders(theta: Double, headWidth: Int) -> (low: Double, high: Double) {
    func pair(turns: Double) -> Double {
      Double(headWidth) * log(Double(originalPositions) / (turns * 2 * Double.pi))
        / (2 * log(theta))
    }
    let (low, high) = (pair(turns: fastTurns), pair(turns: slowTurns))
    return (
      max(roundsBorders ? low.rounded(.down) : low, 0),
      min(roundsBorders ? high.rounded(.up) : high, Double(headWidth - 1))
    )
  }
}
