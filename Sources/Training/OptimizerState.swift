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
  /// The gradients of all parameters, in the same order.
  private let gradients: [Tensor]
  private let backend: any Backend

  /// Moments of zero.
  ///
  /// - Parameters:
  ///   - optimizer: which of them are kept in 8 bits.
  ///   - weightDecay: λ of the parameters that decay.
  init(
    _ parameters: [TrainedParameter], optimizer: TrainingOptions.Optimizer = .adamwTorch,
    weightDecay: Double, on backend: any Backend
  ) throws {
    self.parameters = try parameters.map { parameter in
      OptimizedParameter(
        value: parameter.value, gradient: parameter.gradient,
        moments: try Self.moments(of: parameter.value, optimizer, on: backend),
        weightDecay: parameter.decays ? weightDecay : 0)
    }
    gradients = parameters.map(\.gradient)
    names = parameters.map(\.name)
    norm = try backend.makeTensor([1], .float32)
    self.backend = backend
  }

  private static func moments(
    of value: Tensor, _ optimizer: TrainingOptions.Optimizer, on backend: any Backend
  ) throws -> AdamWMoments {
    guard optimizer.isEightBit, value.count >= BlockwiseMoment.smallestCount else {
      return .full(
        first: try backend.makeTensor(value.shape, .float32),
        second: try backend.makeTensor(value.shape, .float32))
    }
    let blocks = (value.count + BlockwiseMoment.blockSize - 1) / BlockwiseMoment.blockSize
    func moment() throws -> BlockwiseMoment {
      BlockwiseMoment(
        codes: try backend.makeTensor(value.shape, .uint8),
        absmax: try backend.makeTensor([blocks], .float32))
    }
    return .blockwise(first: try moment(), second: try moment())
  }

  /// One step from the gradients; returns nothing, the norm is read when it is wanted.
  ///
  /// - Parameters:
  ///   - step: the step's number, from 1.
  func update(_ options: TrainingOptions, rate: Double, step: Int) {
    backend.gradientNorm(gradients, norm: norm)
    let settings = AdamWSettings(
      learningRate: rate, beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon,
      step: step, maxGradientNorm: options.maximumGradientNorm)
    backend.adamW(
      parameters, settings: settings, norm: options.maximumGradientNorm > 0 ? norm : nil)
  }

  /// The trained values alone, by name.
  var namedValues: [(name: String, tensor: Tensor)] {
    zip(names, parameters).map { ("parameter.\($0)", $1.value) }
  }

  /// Every tensor that a checkpoint holds, by name.
  var namedTensors: [(name: String, tensor: Tensor)] {
    zip(names, parameters).flatMap { name, parameter in
      [("parameter.\(name)", parameter.value)]
        + Self.namedMoments(name, parameter.moments)
    }
  }

  private static func namedMoments(
    _ name: String, _ moments: AdamWMoments
  ) -> [(name: String, tensor: Tensor)] {
    switch moments {
    case .full(let first, let second):
      [("first_moment.\(name)", first), ("second_moment.\(name)", second)]
    case .blockwise(let first, let second):
      [
        ("first_moment.\(name).codes", first.codes),
        ("first_moment.\(name).absmax", first.absmax),
        ("second_moment.\(name).codes", second.codes),
        ("second_moment.\(name).absmax", second.absmax),
      ]
    }
  }
}
