import Compute
import Testing

@testable import ComputeCPU

extension BackendFixture {
  /// Checks a gradient against differences of the loss.
  ///
  /// The derivative is taken from four points, `(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h`, whose
  /// own error is `h⁴/30 · f⁽⁵⁾`, about 3e-8 at h = 1/32 for the smooth functions here. What remains is
  /// the rounding of the float32 forward pass: with outputs of size 1 and unit weights on some
  /// hundred of them, about `1.5 · 2⁻²⁴ · √100 / h ≈ 3e-5`. The tolerance is ten times that,
  /// relative to the largest gradient (at least 1).
  func expectGradient(
    _ gradient: Tensor, of parameter: Tensor, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation, loss: () throws -> Double
  ) rethrows {
    let (h, found, original) = (Float(0x1p-5), values(gradient), values(parameter))
    let tolerance = 3e-4 * Double(max(1, found.map { abs($0) }.max() ?? 0))
    for i in original.indices {
      func difference(_ step: Float) throws -> Double {
        var (above, below) = (original, original)
        above[i] += step
        below[i] -= step
        set(parameter, above)
        let high = try loss()
        set(parameter, below)
        return (high - (try loss())) / Double(above[i] - below[i])
      }
      let expected = (4 * (try difference(h)) - (try difference(2 * h))) / 3
      #expect(
        abs(Double(found[i]) - expected) <= tolerance,
        "\(name)[\(i)]: \(found[i]), by differences \(expected)", sourceLocation: sourceLocation)
    }
    set(parameter, original)
  }
}
