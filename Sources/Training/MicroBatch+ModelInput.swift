package import Batching
package import Modeling

extension MicroBatch {
  /// A batch as the model takes it. Batching's ignore index is below 0, as the model wants it.
  package init(_ input: ModelInput) {
    self.init(
      tokens: input.tokens, positions: input.positions, borders: input.borders,
      targets: input.targets, weights: input.weights)
  }
}
