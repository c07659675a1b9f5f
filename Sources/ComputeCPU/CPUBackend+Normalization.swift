import Compute
internal import Glibc

extension CPUBackend {
  /// Rows that one unit of work normalizes; partial sums of the weight gradient have this grain.
  private static let normRows = 64

  /// RMS norm with residual; see `Backend`.
  public func rmsNorm(
    residual: Tensor, delta: Tensor?, weight: Tensor, epsilon: Float, sum: Tensor, output: Tensor,
    inverse: Tensor
  ) {
    let width = weight.count
    sum.expectCount(residual.count, "the norm's sum")
    output.expectCount(residual.count, "the norm's output")
    delta?.expectCount(residual.count, "the norm's delta")
    inverse.expectCount(residual.count / width, "the norm's inverse")
    let (x, d, w) = (residual.floats, delta?.floats, weight.floats)
    let (s, y, scale, kernels) = (sum.floats, output.floats, inverse.floats, kernels)
    forRanges(residual.count / width, of: Self.normRows) { range, _ in
      for t in range {
        let row = t * width
        scale[t] = kernels.rms_norm(
          x + row, d.map { $0 + row }, w, epsilon, s + row, y + row, Int64(width))
      }
    }
  }

  /// Gradients of RMS norm; see `Backend`.
  ///
  /// The weight's gradient is summed over the rows of a unit, and then over units in their order.
  public func rmsNormBackward(
    outputGradient: Tensor, sum: Tensor, inverse: Tensor, weight: Tensor, sumGradient: Tensor,
    weightGradient: Tensor?
  ) {
    let width = weight.count
    let rows = sum.count / width
    outputGradient.expectCount(sum.count, "the norm's output gradient")
    sumGradient.expectCount(sum.count, "the norm's sum gradient")
    let units = (rows + Self.normRows - 1) / Self.normRows
    let partials = weightGradient.map { _ in shared.floats(.partials, units * width) }
    let (dy, s, scale, w) = (outputGradient.floats, sum.floats, inverse.floats, weight.floats)
    let (ds, kernels) = (sumGradient.floats, kernels)
    forRanges(rows, of: Self.normRows) { range, _ in
      let partial = partials.map { $0 + range.lowerBound / Self.normRows * width }
      if let partial { memset(partial, 0, width * 4) }
      for t in range {
        let row = t * width
        kernels.rms_norm_backward(
          dy + row, s + row, scale[t], w, ds + row, partial, Int64(width))
      }
    }
    if let partials, let weightGradient {
      addPartials(partials, count: units, to: weightGradient.floats, elements: width)
    }
  }

  /// `total[i] += Σ_p partials[p, i]`, in the order of `p`.
  func addPartials(
    _ partials: UnsafeMutablePointer<Float>, count: Int, to total: UnsafeMutablePointer<Float>,
    elements: Int
  ) {
    let kernels = kernels
    forRanges(elements, of: 4096) { range, _ in
      for p in 0..<count {
        kernels.add(
          partials + (p * elements + range.lowerBound), total + range.lowerBound,
          Int64(range.count))
      }
    }
  }
}
