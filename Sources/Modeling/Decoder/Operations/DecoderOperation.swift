internal import Compute

/// One step of the decoder: a call of the backend, and the call that gives its gradients.
///
/// The decoder is a list of these. An operation knows the slots it reads and writes; it holds no
/// values of a pass.
protocol DecoderOperation: Sendable {
  /// Whether it has parameters whose gradients are wanted.
  var isTrained: Bool { get }
  /// The slots that `forward` writes.
  var outputs: [ActivationSlot] { get }
  /// The slots that `forwardAgain` reads.
  var inputsAgain: [ActivationSlot] { get }
  /// The slots written by forward passes that `backward` reads.
  var backwardInputs: [ActivationSlot] { get }
  /// Makes its output from its inputs.
  func forward(_ pass: DecoderPass)
  /// Makes the gradients of its inputs and adds those of its parameters.
  func backward(_ pass: DecoderPass)
  /// Makes its output once more, with the same bits, where it was not kept.
  func forwardAgain(_ pass: DecoderPass)
}

extension DecoderOperation {
  func forwardAgain(_ pass: DecoderPass) { forward(pass) }
}

/// Tokens → residual stream.
struct EmbeddingOperation: DecoderOperation {
  let table: Tensor
  let tableGradient: Tensor?
  let output: ActivationSlot
  let outputGradient: ActivationSlot?

  var isTrained: Bool { tableGradient != nil }
  var outputs: [ActivationSlot] { [output] }
  var inputsAgain: [ActivationSlot] { [] }
  var backwardInputs: [ActivationSlot] { [] }

  func forward(_ pass: DecoderPass) {
    pass.backend.embed(pass.tokens, table: table, output: pass[output])
  }

  func backward(_ pass: DecoderPass) {
    guard let tableGradient, let outputGradient else { return }
    pass.backend.embedBackward(
      pass.tokens, outputGradient: pass[outputGradient], tableGradient: tableGradient)
  }
}

/// Adds what the last block made to the residual stream, and normalizes the sum.
struct NormOperation: DecoderOperation {
  let weight: Tensor
  let weightGradient: Tensor?
  let epsilon: Float
  let residual: ActivationSlot
  let delta: ActivationSlot?
  let sum: ActivationSlot
  let output: ActivationSlot
  let inverse: ActivationSlot
  /// Whether the sum outlives the layer; else it is made again with the output.
  let keepsSum: Bool
  let gradients: Gradients?

  struct Gradients {
    let output: ActivationSlot
    let stream: ActivationSlot
  }

  var isTrained: Bool { weightGradient != nil }
  var outputs: [ActivationSlot] { [sum, output, inverse] }
  var inputsAgain: [ActivationSlot] { keepsSum ? [sum] : [residual] + [delta].compactMap { $0 } }
  var backwardInputs: [ActivationSlot] { [sum, inverse] }

  func forward(_ pass: DecoderPass) {
    pass.backend.rmsNorm(
      residual: pass[residual], delta: delta.map { pass[$0] }, weight: weight, epsilon: epsilon,
      sum: pass[sum], output: pass[output], inverse: pass[inverse].reshaped(Shape(pass.count)))
  }

  /// The delta is gone; where the sum was kept, it is normalized as it stands.
  func forwardAgain(_ pass: DecoderPass) {
    guard keepsSum else { return forward(pass) }
    pass.backend.rmsNorm(
      residual: pass[sum], delta: nil, weight: weight, epsilon: epsilon, sum: pass[sum],
      output: pass[output], inverse: pass[inverse].reshaped(Shape(pass.count)))
  }

  /// The sum is the residual stream, so its gradient is added to the stream's.
  func backward(_ pass: DecoderPass) {
    guard let gradients else { return }
    pass.backend.rmsNormBackward(
      outputGradient: pass[gradients.output], sum: pass[sum],
      inverse: pass[inverse].reshaped(Shape(pass.count)), weight: weight,
      sumGradient: pass[gradients.stream], weightGradient: weightGradient)
  }
}

/// Turns queries and keys by their positions, in place.
struct RotaryOperation: DecoderOperation {
  let table: Tensor
  let headWidth: Int
  let values: [ActivationSlot]
  let gradients: [ActivationSlot]

  var isTrained: Bool { false }
  var outputs: [ActivationSlot] { values }
  var inputsAgain: [ActivationSlot] { values }
  var backwardInputs: [ActivationSlot] { [] }

  func forward(_ pass: DecoderPass) { rotate(values, pass, inverse: false) }

  /// A rotation's gradient is the rotation back.
  func backward(_ pass: DecoderPass) { rotate(gradients, pass, inverse: true) }

  private func rotate(_ slots: [ActivationSlot], _ pass: DecoderPass, inverse: Bool) {
    for slot in slots {
      pass.backend.rotate(
        pass[slot].heads(of: headWidth), positions: pass.positions, table: table,
        inverse: inverse)
    }
  }
}

/// Softmax attention inside each sequence.
struct AttentionOperation: DecoderOperation {
  let headWidth: Int
  /// The most keys a query sees, its own among them; `nil`: all before it.
  let window: Int?
  let query: ActivationSlot
  let key: ActivationSlot
  let value: ActivationSlot
  let output: ActivationSlot
  let logSumExp: ActivationSlot
  let gradients: Gradients?

  struct Gradients {
    let output: ActivationSlot
    let query: ActivationSlot
    let key: ActivationSlot
    let value: ActivationSlot
  }

  var isTrained: Bool { false }
  var outputs: [ActivationSlot] { [output, logSumExp] }
  var inputsAgain: [ActivationSlot] { [query, key, value] }
  var backwardInputs: [ActivationSlot] { [query, key, value, output, logSumExp] }

  /// 1 / √d: Vaswani et al. 2017, section 3.2.1.
  private var scale: Float { 1 / Float(headWidth).squareRoot() }

  func forward(_ pass: DecoderPass) {
    pass.backend.attention(
      pass[query].heads(of: headWidth), pass.attended(key).heads(of: headWidth),
      pass.attended(value).heads(of: headWidth), sequences: pass.borders(of: key).within(window),
      scale: scale, output: pass[output].heads(of: headWidth), logSumExp: pass[logSumExp])
  }

  func backward(_ pass: DecoderPass) {
    guard let gradients else { return }
    pass.backend.attentionBackward(
      outputGradient: pass[gradients.output].heads(of: headWidth),
      pass[query].heads(of: headWidth), pass[key].heads(of: headWidth),
      pass[value].heads(of: headWidth), output: pass[output].heads(of: headWidth),
      logSumExp: pass[logSumExp], sequences: pass.borders(of: key).within(window), scale: scale,
      qGradient: pass[gradients.query].heads(of: headWidth),
      kGradient: pass[gradients.key].heads(of: headWidth),
      vGradient: pass[gradients.value].heads(of: headWidth))
  }
}

/// `silu(gate) * up`.
struct GateOperation: DecoderOperation {
  let gate: ActivationSlot
  let up: ActivationSlot
  let output: ActivationSlot
  let outputGradient: ActivationSlot?

  var isTrained: Bool { false }
  var outputs: [ActivationSlot] { [output] }
  var inputsAgain: [ActivationSlot] { [gate, up] }
  var backwardInputs: [ActivationSlot] { [gate, up] }

  func forward(_ pass: DecoderPass) {
    pass.backend.swiGLU(gate: pass[gate], up: pass[up], output: pass[output])
  }

  /// The gradients overwrite gate and up, which nobody reads any more.
  func backward(_ pass: DecoderPass) {
    guard let outputGradient else { return }
    pass.backend.swiGLUBackward(
      outputGradient: pass[outputGradient], gate: pass[gate], up: pass[up],
      gateGradient: pass[gate], upGradient: pass[up])
  }
}

extension Tensor {
  /// `[tokens, heads * width]` as `[tokens, heads, width]`.
  func heads(of width: Int) -> Tensor { reshaped(Shape(shape[0], shape[1] / width, width)) }
}
