/// A parameter with its gradient, both float32 of one shape, and its optimizer state.
public struct OptimizedParameter: Sendable {
  /// The parameter.
  public let value: Tensor
  /// Its gradient.
  public let gradient: Tensor
  /// AdamW's two moments.
  public let moments: AdamWMoments
  /// Its weight decay λ; 0 for norms and biases.
  public let weightDecay: Double

  /// A parameter and its state.
  public init(value: Tensor, gradient: Tensor, moments: AdamWMoments, weightDecay: Double) {
    self.value = value
    self.gradient = gradient
    self.moments = moments
    self.weightDecay = weightDecay
  }

  /// A parameter whose moments are float32 of its shape.
  public init(
    value: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, weightDecay: Double
  ) {
    self.init(
      value: value, gradient: gradient, moments: .full(first: firstMoment, second: secondMoment),
      weightDecay: weightDecay)
  }
}

/// AdamW's running means of a parameter's gradient and of its square.
public enum AdamWMoments: Sendable {
  /// float32, of the parameter's shape.
  case full(first: Tensor, second: Tensor)
  /// 8 bits an element: the first in the signed dynamic code, the second in the unsigned one.
  case blockwise(first: BlockwiseMoment, second: BlockwiseMoment)
}

/// A moment in 8 bits: blocks of 256 elements, each with a scale.
///
///     element[i] = code[codes[i]] * absmax[i / 256]
///
/// Source: Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"; block size and codes
/// as in bitsandbytes 0.50.2 (`Optimizer2State.init_state`).
public struct BlockwiseMoment: Sendable {
  /// Elements a block.
  public static let blockSize = 256
  /// Parameters with fewer elements keep float32 moments (`min_8bit_size` of bitsandbytes).
  public static let smallestCount = 4096

  /// uint8, of the parameter's shape.
  public let codes: Tensor
  /// float32 `[(elements + 255) / 256]`.
  public let absmax: Tensor

  /// A moment of these tensors; all zeros stand for the value 0, since every scale is 0.
  public init(codes: Tensor, absmax: Tensor) {
    self.codes = codes
    self.absmax = absmax
  }
}

/// What one AdamW step needs to know.
///
/// Double precision: torch forms `1 - beta` and the bias corrections in it and rounds once.
public struct AdamWSettings: Sendable, Hashable {
  /// The learning rate of this step.
  public var learningRate: Double
  /// β₁.
  public var beta1: Double
  /// β₂.
  public var beta2: Double
  /// ε.
  public var epsilon: Double
  /// The number of this step, from 1.
  public var step: Int
  /// The gradient norm above which gradients are scaled down.
  public var maxGradientNorm: Double

  /// Settings of one step.
  public init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int,
    maxGradientNorm: Double
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.step = step
    self.maxGradientNorm = maxGradientNorm
  }
}
