internal import Compute

/// A linear layer whose adapter is decomposed into directions and magnitudes (DoRA).
///
///     n      = ‖W + s B A‖            row by row; constant for the gradient
///     z      = d Wᵀ + s (d Aᵀ) Bᵀ     d = dropout(x)
///     output = m / n · z + bias + (x − d) Wᵀ
///
/// Without dropout d = x and the last term is not there. The base's own part sees no dropout, as in
/// peft: there `output = x Wᵀ + bias + (m / n − 1) · d Wᵀ + m / n · s (d Aᵀ) Bᵀ`, which is the same sum.
///
/// Source: Liu et al. 2024, "DoRA", equation 5 and section 4.3; `DoraLinearLayer` of peft 0.21.
struct DecomposedLinearOperation: DecoderOperation {
  let layer: LinearLayer
  let adapter: LoRAWeights
  let magnitude: LoRAWeights.Magnitude
  let parameterGradients: LinearGradients
  /// Its place in the model; names its dropout stream.
  let place: (layer: Int, projection: Projection)
  let input: ActivationSlot
  let output: ActivationSlot
  /// `[tokens, rank]`, kept for the backward pass.
  let adapterInput: ActivationSlot
  /// z, `[tokens, out]`, kept for the backward pass.
  let direction: ActivationSlot
  /// d and x − d, `[tokens, in]`; only where there is dropout.
  let split: Split?
  /// Whether `n` is made in every pass; while generating it is made once.
  let refreshesNorms: Bool
  let gradients: Gradients?

  struct Split {
    let kept: ActivationSlot
    let rest: ActivationSlot
  }

  struct Gradients {
    let output: ActivationSlot
    /// `nil` if nothing below is trained.
    let input: ActivationSlot?
    /// Whether another layer with the same input has written its gradient before.
    let accumulates: Bool
    /// `[tokens, rank]`.
    let scratch: ActivationSlot
    /// Of z.
    let direction: ActivationSlot
    /// Of d and x − d; only where there is dropout.
    let split: Split?
  }

  var isTrained: Bool {
    parameterGradients.a != nil || parameterGradients.b != nil
      || parameterGradients.magnitude != nil
  }

  var outputs: [ActivationSlot] {
    [output, adapterInput, direction] + (split.map { [$0.kept, $0.rest] } ?? [])
  }
  var inputsAgain: [ActivationSlot] { [input] }
  var backwardInputs: [ActivationSlot] {
    [adapterInput, direction] + (split.map { [$0.kept, $0.rest] } ?? [input])
  }

  /// What makes z.
  private var directionLayer: LinearLayer { LinearLayer(weight: layer.weight, adapter: adapter) }

  func forward(_ pass: DecoderPass) {
    let backend = pass.backend
    if refreshesNorms {
      backend.rowNorms(of: layer.weight, adapter: adapter, to: magnitude.norms)
    }
    var directionInput = pass[input]
    let dropped = dropout(pass)
    if let dropped {
      backend.dropout(
        pass[input], probability: adapter.dropout, random: dropped.random,
        kept: pass[dropped.split.kept], rest: pass[dropped.split.rest])
      directionInput = pass[dropped.split.kept]
      backend.linear(
        LinearLayer(weight: layer.weight), input: pass[dropped.split.rest], output: pass[output],
        adapterInput: nil, dropout: nil)
    }
    backend.linear(
      directionLayer, input: directionInput, output: pass[direction],
      adapterInput: pass[adapterInput], dropout: nil)
    backend.scaleColumns(
      pass[direction], by: magnitude, bias: layer.bias, output: pass[output],
      accumulate: dropped != nil)
  }

  func backward(_ pass: DecoderPass) {
    guard let gradients, isTrained || gradients.input != nil else { return }
    let backend = pass.backend
    backend.scaleColumnsBackward(
      outputGradient: pass[gradients.output], input: pass[direction], magnitude: magnitude,
      inputGradient: pass[gradients.direction], magnitudeGradient: parameterGradients.magnitude)
    guard let dropped = dropout(pass), let split = gradients.split else {
      return backward(
        pass, directionInput: input, to: gradients.input, accumulate: gradients.accumulates)
    }
    backward(
      pass, directionInput: dropped.split.kept, to: gradients.input.map { _ in split.kept },
      accumulate: false)
    guard let inputGradient = gradients.input else { return }
    backend.linearBackward(
      LinearLayer(weight: layer.weight), input: pass[dropped.split.rest], adapterInput: nil,
      outputGradient: pass[gradients.output], inputGradient: pass[split.rest],
      accumulate: false, gradients: LinearGradients(), scratch: nil, dropout: nil)
    backend.dropoutBackward(
      keptGradient: pass[split.kept], restGradient: pass[split.rest],
      probability: adapter.dropout, random: dropped.random, inputGradient: pass[inputGradient],
      accumulate: gradients.accumulates)
  }

  /// The gradients of what makes z.
  private func backward(
    _ pass: DecoderPass, directionInput: ActivationSlot, to inputGradient: ActivationSlot?,
    accumulate: Bool
  ) {
    guard let gradients else { return }
    pass.backend.linearBackward(
      directionLayer, input: pass[directionInput], adapterInput: pass[adapterInput],
      outputGradient: pass[gradients.direction], inputGradient: inputGradient.map { pass[$0] },
      accumulate: accumulate, gradients: parameterGradients, scratch: pass[gradients.scratch],
      dropout: nil)
  }

  /// The mask of this pass; `nil` where nothing is dropped.
  private func dropout(_ pass: DecoderPass) -> (random: CounterRandom, split: Split)? {
    guard let streams = pass.dropout, let split else { return nil }
    return (RandomStream.dropout(streams, layer: place.layer, place.projection), split)
  }
}
