internal import Compute

/// A linear layer with its adapter.
struct LinearOperation: DecoderOperation {
  let layer: LinearLayer
  let parameterGradients: LinearGradients
  /// Its place in the model; names its dropout stream.
  let place: (layer: Int, projection: Projection)
  let input: ActivationSlot
  let output: ActivationSlot
  /// `[tokens, rank]`, kept for the backward pass; only with an adapter.
  let adapterInput: ActivationSlot?
  let gradients: Gradients?

  struct Gradients {
    let output: ActivationSlot
    /// `nil` if nothing below is trained.
    let input: ActivationSlot?
    /// Whether another layer with the same input has written its gradient before.
    let accumulates: Bool
    /// `[tokens, rank]`; only with an adapter.
    let scratch: ActivationSlot?
  }

  var isTrained: Bool {
    parameterGradients.weight != nil || parameterGradients.bias != nil
      || parameterGradients.a != nil || parameterGradients.b != nil
  }

  var outputs: [ActivationSlot] { [output] + [adapterInput].compactMap { $0 } }
  var inputsAgain: [ActivationSlot] { [input] }
  /// The input is read by the gradients of the weight and of A alone.
  var backwardInputs: [ActivationSlot] {
    (parameterGradients.weight != nil || parameterGradients.a != nil ? [input] : [])
      + [adapterInput].compactMap { $0 }
  }

  func forward(_ pass: DecoderPass) {
    pass.backend.linear(
      layer, input: pass[input], output: pass[output], adapterInput: adapterInput.map { pass[$0] },
      dropout: dropout(pass))
  }

  func backward(_ pass: DecoderPass) {
    guard let gradients, isTrained || gradients.input != nil else { return }
    pass.backend.linearBackward(
      layer, input: pass[input], adapterInput: adapterInput.map { pass[$0] },
      outputGradient: pass[gradients.output], inputGradient: gradients.input.map { pass[$0] },
      accumulate: gradients.accumulates, gradients: parameterGradients,
      scratch: gradients.scratch.map { pass[$0] }, dropout: dropout(pass))
  }

  private func dropout(_ pass: DecoderPass) -> CounterRandom? {
    guard let streams = pass.dropout, let adapter = layer.adapter, adapter.dropout > 0 else {
      return nil
    }
    return RandomStream.dropout(streams, layer: place.layer, place.projection)
  }
}
