/// Operations that only some adapters need: weight decomposition (DoRA) and trained rows of a table.
///
/// The conventions are those of `Backend`.
public protocol AdapterOperations {
  // MARK: Weight decomposition

  /// `norms[j] = ‖W[j] + scaling · B[j] A‖₂`, the length of each row of an adapted matrix.
  ///
  /// `norms` is float32 `[out]`; squares are summed in double precision. It is the divisor of DoRA,
  /// whose gradient is taken as if it were constant. Source: Liu et al. 2024, "DoRA", section 4.3.
  func rowNorms(of weight: LinearWeight, adapter: LoRAWeights, to norms: Tensor)
  /// `output[t, j] (+)= input[t, j] · magnitude[j] / norms[j] + bias[j]`; `+=` if `accumulate`.
  ///
  /// input, output `[tokens, out]`; magnitude, norms, bias `[out]`.
  func scaleColumns(
    _ input: Tensor, by magnitude: LoRAWeights.Magnitude, bias: Tensor?, output: Tensor,
    accumulate: Bool)
  /// The gradients of `scaleColumns`:
  ///
  ///     inputGradient[t, j]    = outputGradient[t, j] · magnitude[j] / norms[j]
  ///     magnitudeGradient[j]  += Σ_t outputGradient[t, j] · input[t, j] / norms[j]      (if wanted)
  ///
  /// Tokens are summed in stretches of 64, and the stretches in their order.
  func scaleColumnsBackward(
    outputGradient: Tensor, input: Tensor, magnitude: LoRAWeights.Magnitude,
    inputGradient: Tensor, magnitudeGradient: Tensor?)
  /// Splits an input into what dropout keeps and the rest: `kept = mask · input`,
  /// `rest = input − kept`. The mask is that of `Backend.linear` for the same `random`.
  func dropout(
    _ input: Tensor, probability: Float, random: CounterRandom, kept: Tensor, rest: Tensor)
  /// `inputGradient (+)= restGradient + mask · (keptGradient − restGradient)`; `+=` if `accumulate`.
  func dropoutBackward(
    keptGradient: Tensor, restGradient: Tensor, probability: Float, random: CounterRandom,
    inputGradient: Tensor, accumulate: Bool)

  // MARK: Rows of a table

  /// `table[indices[k]] = rows[k]`; rows `[n, width]`, table `[vocabulary, width]`, float32.
  func copyRows(_ rows: Tensor, to table: Tensor, at indices: Tensor)
}

/// Some rows of a matrix, and where their gradient is added.
public struct SelectedRows: Sendable {
  /// int32 `[n]`: which rows, each at most once.
  public let indices: Tensor
  /// float32 `[n, width]` (`+=`).
  public let gradient: Tensor

  /// Rows and their gradient.
  public init(indices: Tensor, gradient: Tensor) {
    self.indices = indices
    self.gradient = gradient
  }
}
