internal import CTensorKernels
import Compute
internal import Glibc

extension CPUBackend {
  /// `norm = sqrt(Σ g²)`: a sum in double precision over units of fixed size, in their order.
  public func gradientNorm(_ gradients: [Tensor], norm: Tensor) {
    let kernels = kernels
    var total = 0.0
    for gradient in gradients {
      let units = (gradient.count + Self.elementsPerUnit - 1) / Self.elementsPerUnit
      let (values, partials) = (gradient.floats, shared.doubles(.partials, units))
      forRanges(gradient.count, of: Self.elementsPerUnit) { range, _ in
        partials[range.lowerBound / Self.elementsPerUnit] = kernels.sum_of_squares(
          values + range.lowerBound, Int64(range.count))
      }
      for unit in 0..<units { total += partials[unit] }
    }
    norm.floats.pointee = Float(total.squareRoot())
  }

  /// One AdamW step, in the order of operations of `torch.optim.AdamW`; see `Backend`.
  public func adamW(_ parameters: [OptimizedParameter], settings: AdamWSettings, norm: Tensor?) {
    let scale = norm.map { settings.clipping(norm: $0.floats.pointee) } ?? 1
    for parameter in parameters {
      parameter.gradient.expectCount(parameter.value.count, "a parameter's gradient")
      var step = ctensor_adamw(settings, weightDecay: parameter.weightDecay)
      step.gradient_scale = scale
      switch parameter.moments {
      case .full(let first, let second): update(parameter, first, second, step)
      case .blockwise(let first, let second): update(parameter, first, second, settings, scale)
      }
    }
  }

  private func update(
    _ parameter: OptimizedParameter, _ first: Tensor, _ second: Tensor, _ step: ctensor_adamw
  ) {
    first.expectCount(parameter.value.count, "a parameter's first moment")
    second.expectCount(parameter.value.count, "a parameter's second moment")
    let kernels = kernels
    let (p, g) = (parameter.value.floats, parameter.gradient.floats)
    let (m, v) = (first.floats, second.floats)
    forRanges(parameter.value.count, of: Self.elementsPerUnit) { range, _ in
      let i = range.lowerBound
      withUnsafePointer(to: step) {
        kernels.adamw($0, p + i, g + i, m + i, v + i, Int64(range.count))
      }
    }
  }
}

extension ctensor_adamw {
  /// The factors of one step, made in double precision and rounded once.
  init(_ settings: AdamWSettings, weightDecay: Double) {
    let step = Double(settings.step)
    let firstCorrection = 1 - pow(settings.beta1, step)
    let secondCorrection = 1 - pow(settings.beta2, step)
    self.init(
      gradient_scale: 1,
      decay: Float(1 - settings.learningRate * weightDecay),
      first_weight: Float(1 - settings.beta1),
      second_decay: Float(settings.beta2),
      second_weight: Float(1 - settings.beta2),
      step_size: Float(settings.learningRate / firstCorrection),
      correction: Float(secondCorrection.squareRoot()),
      epsilon: Float(settings.epsilon))
  }
}

extension AdamWSettings {
  /// What gradients are multiplied with: `min(1, maxNorm / (norm + 1e-6))`, with the division made
  /// as torch makes it, by the reciprocal.
  func clipping(norm: Float) -> Float {
    // A norm that is not a number must reach the parameters, where a guard will find it.
    let factor = 1 / (norm + 1e-6) * Float(maxGradientNorm)
    return factor > 1 ? 1 : factor
  }
}
