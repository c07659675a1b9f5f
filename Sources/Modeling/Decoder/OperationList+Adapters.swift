internal import Compute

extension OperationList {
  /// The operation that writes an adapter's rows into its tables, if it has any.
  mutating func addRowReplacement() {
    let replaced = weights.replacements
    var tables: [(rows: ReplacedRows, table: Tensor)] = []
    if let rows = replaced.embeddingRows { tables.append((rows, weights.embedding)) }
    if let rows = replaced.headRows, case .dense(let head) = weights.head {
      tables.append((rows, head))
    }
    guard !tables.isEmpty else { return }
    let operation = RowReplacementOperation(
      replacements: tables, embeddingGradient: parameterGradients.embeddingRows,
      outputGradient: gradients?.stream)
    append(operation)
    trainsBelow = operation.isTrained
  }

  /// The operation of a layer whose adapter has a magnitude; `nil` where it has none.
  mutating func decomposed(
    _ layer: Int, _ projection: Projection, _ input: ActivationSlot, _ output: ActivationSlot,
    _ adapterInput: ActivationSlot?, gradients: LinearOperation.Gradients?
  ) -> DecomposedLinearOperation? {
    let linear = weights.layers[layer][projection]
    guard let adapter = linear.adapter, let magnitude = adapter.magnitude, let adapterInput
    else { return nil }
    let name = projection.rawValue
    let (outputs, inputs) = projection.shape(in: shape)
    let drops = adapter.dropout > 0 && gradients != nil
    let split =
      drops
      ? DecomposedLinearOperation.Split(
        kept: slot("\(name) kept input", inputs, keptFor: layer),
        rest: slot("\(name) dropped input", inputs, keptFor: layer)) : nil
    return DecomposedLinearOperation(
      layer: linear, adapter: adapter, magnitude: magnitude,
      parameterGradients: parameterGradients.layers[layer].projections[projection.index],
      place: (layer, projection), input: input, output: output, adapterInput: adapterInput,
      direction: slot("\(name) direction", outputs, keptFor: layer), split: split,
      refreshesNorms: purpose != .generating,
      gradients: gradients.flatMap {
        decomposedGradients($0, inputs: inputs, outputs: outputs, drops: drops)
      })
  }

  private mutating func decomposedGradients(
    _ gradients: LinearOperation.Gradients, inputs: Int, outputs: Int, drops: Bool
  ) -> DecomposedLinearOperation.Gradients? {
    guard let scratch = gradients.scratch else { return nil }
    return DecomposedLinearOperation.Gradients(
      output: gradients.output, input: gradients.input, accumulates: gradients.accumulates,
      scratch: scratch, direction: plan.slot("direction gradient", outputs),
      split: drops
        ? .init(
          kept: plan.slot("kept input gradient", inputs),
          rest: plan.slot("dropped input gradient", inputs)) : nil)
  }
}

extension DecoderWeights {
  /// Makes the norms of all adapted rows, for passes that do not make them themselves.
  func makeRowNorms(on backend: any Backend) {
    for layer in layers {
      for linear in layer.projections {
        guard let adapter = linear.adapter, let magnitude = adapter.magnitude else { continue }
        backend.rowNorms(of: linear.weight, adapter: adapter, to: magnitude.norms)
      }
    }
  }
}
