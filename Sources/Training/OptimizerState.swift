internal import Compute
internal import Modeling

/// AdamW's moments of all trained parameters.
struct OptimizerState {
  /// Each parameter with its state, in the model's order.
  let parameters: [OptimizedParameter]
  /// Their names.
  let names: [String]
  /// float32 `[1]`: the gradient norm of the last step.
  let norm: Tensor
  private let backend: any Backend

  /// Moments of zero.
  ///
  /// - Parameters:
  ///   - weightDecay: λ of the parameters that decay.
  init(_ parameters: [TrainedParameter], weightDecay: Double, on backend: any Backend) throws {
    self.parameters = try parameters.map { parameter in
      OptimizedParameter(
        value: parameter.value, gradient: parameter.gradient,
        firstMoment: try backend.makeTensor(parameter.value.shape, .float32),
        secondMoment: try backend.makeTensor(parameter.value.shape, .float32),
        weightDecay: parameter.decays ? weightDecay : 0)
    }
    names = parameters.map(\.name)
    norm = try backend.makeTensor([1], .float32)
    self.backend = backend
  }

  /// One step from the gradients; returns nothing, the norm is read when it is wanted.
  ///
  /// - Parameters:
  ///   - step: the step's number, from 1.
  func update(_ options: TrainingOptions, rate: Double, step: Int) {
    backend.gradientNorm(parameters.map(\.gradient), norm: norm)
    let settings = AdamWSettings(
      learningRate: rate, beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon,
      step: step, maxGradientNorm: options.maximumGradientNorm)
    backend.adamW(
      parameters, settings: settings, norm: options.maximumGradientNorm > 0 ? norm : nil)
  }

  /// Every tensor that a checkpoint holds, by name.
  var namedTensors: [(name: String, tensor: Tensor)] {
    zip(names, parameters).flatMap { name, parameter in
      [
        ("parameter.\(name)", parameter.value), ("first_moment.\(name)", parameter.firstMoment),
        ("second_moment.\(name)", parameter.secondMoment),
      ]
    }
  }
}
