import Compute
internal import Glibc

extension CPUBackend {
  /// One AdamW step of a parameter whose moments are in 8 bits, block by block:
  ///
  ///     m = β₁ m̂ + (1 − β₁) g,   v = β₂ v̂ + (1 − β₂) g²          m̂, v̂: dequantized
  ///     p = p (1 − lr λ) − lr / (1 − β₁ᵗ) * m / (sqrt(v) / sqrt(1 − β₂ᵗ) + ε)
  ///     m̂, v̂ = quantize(m), quantize(v)
  ///
  /// The parameter moves by the moments before they are quantized again. The roundings are those of
  /// bitsandbytes' CPU path on torch's binaries, which contract `a + αb` and `a + αbc` to fused
  /// operations; square roots are rounded correctly here and by up to 0.75 units there, so a code may
  /// differ by one. Source: `_optimizer_update_8bit_blockwise_cpu` of bitsandbytes 0.50.2.
  func update(
    _ parameter: OptimizedParameter, _ first: BlockwiseMoment, _ second: BlockwiseMoment,
    _ settings: AdamWSettings, _ gradientScale: Float
  ) {
    let size = BlockwiseMoment.blockSize
    let count = parameter.value.count
    for moment in [first, second] {
      moment.codes.expectCount(count, "a parameter's moment")
      moment.absmax.expectCount((count + size - 1) / size, "the scales of a moment")
    }
    let step = BlockwiseAdamWStep(settings, parameter.weightDecay, gradientScale)
    let (p, g) = (parameter.value.floats, parameter.gradient.floats)
    let m = (codes: first.codes.octets, absmax: first.absmax.floats)
    let v = (codes: second.codes.octets, absmax: second.absmax.floats)
    forRanges(count, of: Self.elementsPerUnit) { range, scratch in
      let mean = scratch.floats(.rows, 2 * size)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        let length = min(size, range.upperBound - start)
        let block = start / size
        let square = mean + size
        DynamicCode.signed.dequantize(m.codes + start, m.absmax[block], length, to: mean)
        DynamicCode.unsigned.dequantize(v.codes + start, v.absmax[block], length, to: square)
        step.apply(p + start, g + start, mean, square, length)
        m.absmax[block] = DynamicCode.signed.quantize(mean, length, to: m.codes + start)
        v.absmax[block] = DynamicCode.unsigned.quantize(square, length, to: v.codes + start)
      }
    }
  }
}

/// The factors of one step, made in double precision and rounded once, as torch does.
private struct BlockwiseAdamWStep {
  private let gradientScale, decay, firstDecay, firstWeight: Float
  private let secondDecay, secondWeight, stepSize, correction, epsilon: Float

  init(_ settings: AdamWSettings, _ weightDecay: Double, _ gradientScale: Float) {
    let step = Double(settings.step)
    self.gradientScale = gradientScale
    decay = Float(1 - settings.learningRate * weightDecay)
    firstDecay = Float(settings.beta1)
    firstWeight = Float(1 - settings.beta1)
    secondDecay = Float(settings.beta2)
    secondWeight = Float(1 - settings.beta2)
    stepSize = Float(-settings.learningRate / (1 - pow(settings.beta1, step)))
    correction = Float((1 - pow(settings.beta2, step)).squareRoot())
    epsilon = Float(settings.epsilon)
  }

  func apply(
    _ p: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for i in 0..<count {
      let g = gradient[i] * gradientScale
      m[i] = (m[i] * firstDecay).addingProduct(firstWeight, g)
      v[i] = (v[i] * secondDecay).addingProduct(secondWeight * g, g)
      p[i] = p[i] * decay + stepSize * m[i] / (v[i].squareRoot() / correction + epsilon)
    }
  }
}
