package import Batching
package import Compute
package import Modeling

/// The mean loss over the supervised tokens of rows that are not trained on.
///
/// Each micro-batch's mean is made on the device; they are weighted and added in double precision,
/// in order.
package struct HeldOutLoss {
  /// What was found over some micro-batches.
  package struct Total: Sendable, Equatable {
    /// How many tokens were predicted.
    package private(set) var tokens = 0
    /// The sum of their weights.
    package private(set) var weight = 0.0
    private var sum = 0.0

    /// Nothing measured yet.
    package init() {}

    /// The weighted mean, in nats a token; `nil` if nothing was predicted.
    package var loss: Double? { weight > 0 ? sum / weight : nil }

    fileprivate mutating func add(mean: Float, weight: Double, tokens: Int) {
      sum += weight * Double(mean)
      self.weight += weight
      self.tokens += tokens
    }
  }

  private let model: DecoderModel
  private let backend: any Backend
  private let loss: Tensor

  /// The losses of `model`.
  ///
  /// - Throws: `device` if there is no room.
  package init(_ model: DecoderModel, on backend: any Backend) throws {
    self.model = model
    self.backend = backend
    loss = try backend.makeTensor([1], .float32)
  }

  /// Measures a micro-batch; one without targets adds nothing.
  ///
  /// - Throws: `malformed` if it does not fit the model.
  package func measure(_ input: ModelInput, into total: inout Total) throws {
    let weight = input.weightSum
    guard weight > 0 else { return }
    backend.zero(loss)
    try model.addLoss(of: MicroBatch(input), normalizer: Float(1 / weight), to: loss)
    total.add(mean: loss.floats(from: backend)[0], weight: weight, tokens: input.targetCount)
  }

  /// The loss of `source`'s held-out rows; `nil` if there is none.
  func measure(_ source: some BatchSource) throws -> Double? {
    var total = Total()
    for index in 0..<source.heldOutBatchCount {
      try measure(try source.heldOutBatch(index).input, into: &total)
    }
    return total.loss
  }
}
