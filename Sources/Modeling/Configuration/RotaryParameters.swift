internal import Foundation

/// How positions become angles.
public struct RotaryParameters: Sendable, Equatable {
  /// How the frequencies are changed for texts longer than those the model was first trained on.
  public enum Scaling: Sendable, Equatable {
    /// Not at all.
    case none
    /// All frequencies are divided by `factor`. Source: Chen et al. 2023, "Extending context window of
    /// large language models via position interpolation".
    case linear(factor: Double)
    /// YaRN, as Qwen 2.5 and 3 are extended: see `YarnScaling`.
    case yarn(YarnScaling)
    /// As Llama 3.1 does it: low frequencies are divided by `factor`, high ones stay, and those
    /// between are blended. Source: `_compute_llama3_parameters` in transformers.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
      originalPositions: Int)
  }

  /// The base of the wavelengths (`rope_theta`).
  public var theta: Double
  /// The scaling (`rope_type` and what belongs to it).
  public var scaling: Scaling

  /// Rotary parameters; 10,000 is the base of the paper (Su et al. 2021, section 3.2.2).
  public init(theta: Double = 10_000, scaling: Scaling = .none) {
    self.theta = theta
    self.scaling = scaling
  }

  /// The angle per position of each pair, `[headWidth / 2]`: `theta^(-2i / headWidth)`, scaled.
  ///
  /// Every operation is rounded to float32 where transformers rounds, because at position 100,000
  /// the last bit of a frequency moves the angle by 0.01.
  public func inverseFrequencies(headWidth: Int) -> [Float] {
    let wavelengths = (0..<headWidth / 2).map { pair in
      let exponent = Float(2 * pair) / Float(headWidth)
      return Float(pow(Double(Float(theta)), Double(exponent)))
    }
    if case .yarn(let yarn) = scaling {
      return yarn.frequencies(wavelengths, theta: theta, headWidth: headWidth)
    }
    return wavelengths.map { scaled(1 / $0) }
  }

  /// What cosines and sines are multiplied with: YaRN's attention factor, else 1.
  var attentionFactor: Float {
    if case .yarn(let yarn) = scaling { Float(yarn.resolvedAttentionFactor) } else { 1 }
  }

  private func scaled(_ frequency: Float) -> Float {
    if case .linear(let factor) = scaling { return frequency / Float(factor) }
    guard case .llama3(let factor, let low, let high, let positions) = scaling else {
      return frequency
    }
    let wavelength = Float(2 * Double.pi) / frequency
    let divided = frequency / Float(factor)
    if wavelength > Float(Double(positions) / low) { return divided }
    if wavelength < Float(Double(positions) / high) { return frequency }
    let smooth = (Float(positions) / wavelength - Float(low)) / Float(high - low)
    return (1 - smooth) * frequency / Float(factor) + smooth * frequency
  }

  /// The table that `Backend.rotate` reads, `[positions, headWidth]`: for each position
  /// headWidth / 2 cosines, then as many sines, times `attentionFactor`.
  ///
  /// - Complexity: O(positions × headWidth) calls of `cos` and `sin`; made once for a model.
  public func table(positions: Int, headWidth: Int) -> [Float] {
    let frequencies = inverseFrequencies(headWidth: headWidth)
    let factor = attentionFactor
    var table: [Float] = []
    table.reserveCapacity(positions * headWidth)
    for position in 0..<positions {
      let angles = frequencies.map { Double(Float(position) * $0) }
      table += angles.map { Float(cos($0)) * factor }
      table += angles.map { Float(sin($0)) * factor }
    }
    return table
  }
}
