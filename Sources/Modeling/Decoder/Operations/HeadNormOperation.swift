internal import Compute

/// RMS norm of each head of queries or keys, one weight for all heads.
///
///     output[t, h] = input[t, h] / rms(input[t, h]) * weight          heads of `width` elements
///
/// Its backward pass overwrites the gradient of its input.
struct HeadNormOperation: DecoderOperation {
  let weight: Tensor
  let weightGradient: Tensor?
  let epsilon: Float
  /// `[tokens, heads * width]`.
  let input: ActivationSlot
  let output: ActivationSlot
  /// `[tokens, heads]`.
  let inverse: ActivationSlot
  let gradients: Gradients?

  struct Gradients {
    let output: ActivationSlot
    let input: ActivationSlot
  }

  var isTrained: Bool { weightGradient != nil }
  var outputs: [ActivationSlot] { [output, inverse] }
  var inputsAgain: [ActivationSlot] { [input] }
  var backwardInputs: [ActivationSlot] { [input, inverse] }

  func forward(_ pass: DecoderPass) {
    let rows = rows(pass[input])
    pass.backend.rmsNorm(
      residual: rows, delta: nil, weight: weight, epsilon: epsilon, sum: rows,
      output: self.rows(pass[output]), inverse: flat(pass[inverse]))
  }

  func backward(_ pass: DecoderPass) {
    guard let gradients else { return }
    pass.backend.zero(pass[gradients.input])
    pass.backend.rmsNormBackward(
      outputGradient: rows(pass[gradients.output]), sum: rows(pass[input]),
      inverse: flat(pass[inverse]), weight: weight, sumGradient: rows(pass[gradients.input]),
      weightGradient: weightGradient)
  }

  /// `[tokens * heads, width]`.
  private func rows(_ tensor: Tensor) -> Tensor {
    tensor.reshaped(Shape(tensor.count / weight.count, weight.count))
  }

  private func flat(_ tensor: Tensor) -> Tensor { tensor.reshaped(Shape(tensor.count)) }
}
