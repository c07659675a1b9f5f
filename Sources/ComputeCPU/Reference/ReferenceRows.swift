internal import Glibc

/// Kernels that work on one row, as a reader would write them: in double precision, in one loop.
///
/// The C kernels sum in 16 lanes of float32, so they agree to some units of float32's last place
/// times the square root of the row's length; the tests say how many.
enum ReferenceRows {
  /// RMS norm of `residual + delta`.
  static func rmsNorm(
    residual: [Float], delta: [Float]?, weight: [Float], epsilon: Float
  ) -> (sum: [Float], output: [Double], inverse: Double) {
    let sum = delta.map { zip(residual, $0).map { $0 + $1 } } ?? residual
    let meanSquare = sum.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(sum.count)
    let inverse = 1 / (meanSquare + Double(epsilon)).squareRoot()
    return (sum, zip(sum, weight).map { Double($0) * inverse * Double($1) }, inverse)
  }

  /// The gradients that `rmsNorm` adds to its sum's and its weight's.
  static func rmsNormBackward(
    outputGradient: [Float], sum: [Float], inverse: Double, weight: [Float]
  ) -> (sum: [Double], weight: [Double]) {
    let g = zip(outputGradient, weight).map { Double($0) * Double($1) }
    let dot = zip(g, sum).reduce(0.0) { $0 + $1.0 * Double($1.1) }
    let pull = inverse * inverse * dot / Double(sum.count)
    return (
      zip(g, sum).map { inverse * ($0 - Double($1) * pull) },
      zip(outputGradient, sum).map { Double($0) * Double($1) * inverse }
    )
  }

  /// `softmax(scale * scores)` with what a running softmax needs to go on.
  static func softmax(
    _ scores: [Float], scale: Float, maximum: Double
  ) -> (exponentials: [Double], maximum: Double, sum: Double) {
    let scaled = scores.map { Double($0) * Double(scale) }
    let largest = max(maximum, scaled.max() ?? -.infinity)
    let exponentials = scaled.map { exp($0 - largest) }
    return (exponentials, largest, exponentials.reduce(0, +))
  }

  /// The loss of one row of logits, and its gradient times `weight`.
  static func crossEntropy(
    _ logits: [Float], target: Int, weight: Float
  ) -> (loss: Double, gradient: [Double]) {
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
    let logSumExp = largest + log(sum)
    let gradient = logits.enumerated().map { i, logit in
      Double(weight) * (exp(Double(logit) - logSumExp) - (i == target ? 1 : 0))
    }
    return (logSumExp - Double(logits[target]), gradient)
  }
}
