package import Compute

/// Where the values of a model's tensors come from.
package protocol WeightSource {
  /// Writes the tensor called `name` into `tensor`, float32 of the shape it must have.
  ///
  /// - Throws: if there is no such tensor, or it has another shape.
  func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws
}

/// Random initial values, as transformers draws them: normal for matrices, 1 for norms.
///
/// A tensor's numbers depend on the seed and its name alone.
package struct RandomWeights: WeightSource {
  /// The seed of the run.
  package let seed: UInt64
  /// `initializer_range` of the configuration.
  package let standardDeviation: Double

  /// Values of `seed`.
  package init(seed: UInt64, standardDeviation: Double) {
    self.seed = seed
    self.standardDeviation = standardDeviation
  }

  package func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws {
    let values =
      tensor.shape.count == 1
      ? [Float](repeating: 1, count: tensor.count)
      : RandomStream.weights(seed: seed, name: name).normals(tensor.count).map {
        Float($0 * standardDeviation)
      }
    values.withUnsafeBytes { backend.upload($0, to: tensor) }
  }
}
