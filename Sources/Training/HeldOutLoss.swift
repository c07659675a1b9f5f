internal import Compute
internal import Modeling

/// The mean loss over the supervised tokens of the validation split.
struct HeldOutLoss {
  private let model: DecoderModel
  private let backend: any Backend
  private let loss: Tensor

  init(_ model: DecoderModel, on backend: any Backend) throws {
    self.model = model
    self.backend = backend
    loss = try backend.makeTensor([1], .float32)
  }

  /// The loss of `source`'s held-out rows; `nil` if there is none.
  ///
  /// Each micro-batch's mean is made on the device; they are weighted and added in double
  /// precision, in order.
  func measure(_ source: some BatchSource) throws -> Double? {
    var (sum, total) = (0.0, 0.0)
    for index in 0..<source.heldOutBatchCount {
      let batch = try source.heldOutBatch(index)
      let weight = batch.input.weightSum
      guard weight > 0 else { continue }
      backend.zero(loss)
      try model.addLoss(of: MicroBatch(batch.input), normalizer: Float(1 / weight), to: loss)
      sum += weight * Double(loss.floats(from: backend)[0])
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}
