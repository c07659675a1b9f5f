package import Compute

/// Where the values of a model's tensors come from.
package protocol WeightSource {
  /// Writes the tensor called `name` into `tensor`, float32 of the shape it must have.
  ///
  /// - Throws: if there is no such tensor, or it has another shape.
  func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws
  /// The type in which a tensor's values lie there; `nil` if they are made as float32.
  func storedType(of name: String) throws -> DType?
  /// A matrix `[out, in]` that is quantized already; `nil` if it is not.
  ///
  /// - Throws: `malformed` if its parts do not fit together.
  func quantizedWeight(
    named name: String, shape: Shape, on backend: any Backend
  ) throws -> LinearWeight?
}

extension WeightSource {
  package func storedType(of name: String) throws -> DType? { nil }

  package func quantizedWeight(
    named name: String, shape: Shape, on backend: any Backend
  ) throws -> LinearWeight? { nil }
}

/// How matrices that are not quantized lie on the device. Norms and biases are always float32.
public enum DenseStorage: Sendable, Hashable {
  /// As they are stored: a bfloat16 base takes two bytes a parameter. Values are the same; only a
  /// base that is trained itself must be float32.
  case stored
  /// In float32.
  case float32
}

/// Random initial values, as transformers draws them: normal for matrices, 1 for norms, 0 for biases.
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
      ? [Float](repeating: name.hasSuffix(".bias") ? 0 : 1, count: tensor.count)
      : RandomStream.weights(seed: seed, name: name).normals(tensor.count).map {
        Float($0 * standardDeviation)
      }
    values.withUnsafeBytes { backend.upload($0, to: tensor) }
  }
}
