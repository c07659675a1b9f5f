internal import Compute

/// Writes an adapter's rows into its tables before anything reads them.
///
/// A table with replaced rows is a copy that belongs to the adapter; the base's own stays as it is.
/// The backward pass adds the embedding's part of the rows' gradient; the head's part comes with the
/// loss.
struct RowReplacementOperation: DecoderOperation {
  /// Rows, and the table `[vocabulary, hidden]` that takes them.
  let replacements: [(rows: ReplacedRows, table: Tensor)]
  /// float32 `[rows, hidden]`: of the embedding's rows, if they are trained.
  let embeddingGradient: Tensor?
  /// The gradient of the embedding's output.
  let outputGradient: ActivationSlot?

  var isTrained: Bool { embeddingGradient != nil }
  var outputs: [ActivationSlot] { [] }
  var inputsAgain: [ActivationSlot] { [] }
  var backwardInputs: [ActivationSlot] { [] }

  func forward(_ pass: DecoderPass) {
    for (rows, table) in replacements {
      pass.backend.copyRows(rows.values, to: table, at: rows.places)
    }
  }

  func backward(_ pass: DecoderPass) {
    guard let embeddingGradient, let outputGradient, let tokens = pass.trainedRows else { return }
    pass.backend.embedBackward(
      tokens, outputGradient: pass[outputGradient], tableGradient: embeddingGradient)
  }
}
