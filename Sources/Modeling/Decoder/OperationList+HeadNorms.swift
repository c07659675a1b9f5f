internal import Compute

extension OperationList {
  /// The two head norms of a layer and the slots around them.
  struct HeadNormStep {
    /// What the projections write.
    let query: ActivationSlot
    let key: ActivationSlot
    /// What rotary positions and attention read.
    let normalizedQuery: ActivationSlot
    let normalizedKey: ActivationSlot
    /// The gradients of what the projections write.
    let queryGradient: ActivationSlot?
    let keyGradient: ActivationSlot?
    let operations: [HeadNormOperation]
  }

  /// Head norms from slots of their own into `query` and `key`; `nil` where the model has none.
  mutating func headNorms(
    _ layer: Int, query: ActivationSlot, key: ActivationSlot
  ) -> HeadNormStep? {
    guard let norms = weights.layers[layer].headNorms else { return nil }
    let trained = parameterGradients.layers[layer]
    let first = addHeadNorm(
      "query", norms.query, trained.queryNorm, width: shape.queryWidth, output: query,
      outputGradient: gradients?.query, layer: layer)
    let second = addHeadNorm(
      "key", norms.key, trained.keyNorm, width: shape.keyValueWidth, output: key,
      outputGradient: gradients?.key, layer: layer)
    return HeadNormStep(
      query: first.input, key: second.input, normalizedQuery: query, normalizedKey: key,
      queryGradient: first.gradients?.input, keyGradient: second.gradients?.input,
      operations: [first, second])
  }

  private mutating func addHeadNorm(
    _ name: String, _ weight: Tensor, _ weightGradient: Tensor?, width: Int,
    output: ActivationSlot, outputGradient: ActivationSlot?, layer: Int
  ) -> HeadNormOperation {
    let input = slot("\(name) projection", width, keptFor: layer)
    let inverse = slot("\(name) inverse", width / shape.headWidth, keptFor: layer)
    let inputGradient = outputGradient.map { _ in plan.slot("\(name) projection gradient", width) }
    return HeadNormOperation(
      weight: weight, weightGradient: weightGradient, epsilon: shape.normEpsilon, input: input,
      output: output, inverse: inverse,
      gradients: outputGradient.flatMap { output in
        inputGradient.map { .init(output: output, input: $0) }
      })
  }
}
