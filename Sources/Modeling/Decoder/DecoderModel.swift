internal import Artifacts
public import Compute

/// A decoder on a device, with all memory that its passes need.
///
/// Forward and backward are one list of operations over `Backend` (`OperationList`); the loss is
/// made straight from the hidden states. Training and scoring take no device memory after `init`.
///
/// Not safe to share between threads.
public final class DecoderModel {
  /// The weights; their values may be trained, the tensors stay the same.
  public let weights: DecoderWeights
  /// What the model was built for.
  public let purpose: DecoderPurpose
  /// The trained parameters in transformers' order; empty unless training.
  public let parameters: [TrainedParameter]
  /// The most tokens of a micro-batch.
  public let capacity: Int
  /// The most positions of a sequence.
  public let positions: Int
  /// The buffers of a pass.
  public var plan: ActivationPlan { list.plan }

  let backend: any Backend
  private let list: OperationList
  private let head: Tensor?
  private let headRows: SelectedRows?
  /// Room for the largest parameter of an adapter that is kept in 16 bits.
  private let rounded: Tensor?
  private let buffers: [Tensor]
  private var input: InputBuffers

  /// A model over `weights` for micro-batches of at most `capacity` tokens.
  ///
  /// - Parameters:
  ///   - positions: the tokens of the longest sequence.
  ///   - checkpointing: what is made again in the backward pass instead of being kept.
  /// - Throws: `device` if there is no room; `invalidOption` if the part to be trained is not
  ///   there.
  public init(
    _ weights: DecoderWeights, for purpose: DecoderPurpose, capacity: Int, positions: Int,
    checkpointing: ActivationCheckpointing = .none, on backend: any Backend
  ) throws {
    try Self.check(weights, for: purpose)
    let table = try Self.rotaryTable(weights.configuration, positions: positions, on: backend)
    let gradients =
      if case .training(let part) = purpose {
        try DecoderGradients(of: part, in: weights, on: backend)
      } else { DecoderGradients(none: weights, on: backend) }
    list = OperationList(
      weights, gradients: gradients, rotaryTable: table, purpose: purpose,
      checkpointing: checkpointing)
    buffers = try list.plan.buffers.map { try backend.makeTensor([capacity, $0.width], .float32) }
    input = try InputBuffers(
      capacity: capacity, rows: weights.replacements.embeddingRows,
      keyBorders: purpose == .generating ? weights.configuration.distinctWindows.count : 1,
      on: backend)
    head = gradients.head
    headRows = weights.replacements.sharedHeadRows.flatMap { rows in
      gradients.headRows.map { SelectedRows(indices: rows.places, gradient: $0) }
    }
    parameters = gradients.parameters
    let largest = gradients.parameters.map(\.value.count).max() ?? 0
    rounded =
      weights.adapterType == .float32
      ? nil : try backend.makeTensor([largest], weights.adapterType)
    self.weights = weights
    self.purpose = purpose
    self.capacity = capacity
    self.positions = positions
    self.backend = backend
    if purpose == .generating { weights.makeRowNorms(on: backend) }
  }

  private static func check(_ weights: DecoderWeights, for purpose: DecoderPurpose) throws {
    switch purpose {
    case .training(.adapter) where !weights.hasAdapter:
      throw AksharaError(
        .invalidOption, "there is no adapter to train", remedy: "give `lora.target_modules`")
    case .training(.base) where weights.hasAdapter || !weights.isDense:
      throw AksharaError(
        .invalidOption, "all weights can be trained only if none is quantized or adapted",
        remedy: "use `method: qlora`, or load the model without quantization")
    default: break
    }
  }

  private static func rotaryTable(
    _ configuration: ModelConfiguration, positions: Int, on backend: any Backend
  ) throws -> Tensor {
    let width = configuration.headWidth
    let table = try backend.makeTensor([positions, width], .float32)
    configuration.rotary.table(positions: positions, headWidth: width)
      .withUnsafeBytes { backend.upload($0, to: table) }
    return table
  }

  /// Rounds the values of an adapter that is kept in 16 bits: the end of an optimizer step.
  public func roundParameters() {
    guard let rounded else { return }
    for parameter in parameters {
      let narrow = rounded.prefix(parameter.value.count).reshaped(parameter.value.shape)
      backend.copy(parameter.value, to: narrow)
      backend.copy(narrow, to: parameter.value)
    }
  }

  // MARK: Passes

  /// Sets all gradients to zero: the beginning of an optimizer step.
  public func zeroGradients() {
    for parameter in parameters { backend.zero(parameter.gradient) }
  }

  /// Adds a micro-batch's loss to `loss`: `normalizer * Σ weight * cross-entropy`.
  ///
  /// - Parameters:
  ///   - loss: float32 `[1]`.
  /// - Throws: `malformed` if the batch does not fit the model.
  public func addLoss(of batch: MicroBatch, normalizer: Float, to loss: Tensor) throws {
    let pass = try forward(batch, dropout: nil)
    crossEntropy(pass, normalizer: normalizer, loss: loss, gradients: nil)
  }

  /// Adds a micro-batch's loss to `loss`, and its gradients to those of the parameters.
  ///
  /// - Parameters:
  ///   - normalizer: 1 / Σ weights over the whole optimizer step.
  ///   - loss: float32 `[1]`.
  ///   - dropout: the masks of this pass.
  /// - Throws: `malformed` if the batch does not fit the model.
  public func addGradients(
    of batch: MicroBatch, normalizer: Float, loss: Tensor, dropout: DropoutStreams
  ) throws {
    guard let slots = list.gradients else {
      preconditionFailure("a model built for \(purpose) has no gradients")
    }
    let pass = try forward(batch, dropout: dropout)
    crossEntropy(
      pass, normalizer: normalizer, loss: loss,
      gradients: CrossEntropyGradients(
        hidden: pass[slots.normalized], head: head, headRows: headRows))
    backend.zero(pass[slots.stream])
    list.runBackward(pass)
  }

  /// The logits of every token of a micro-batch, `[tokens * vocabulary]`; for looking at, not for
  /// training: it takes memory for all of them.
  ///
  /// - Throws: `malformed` if the batch does not fit the model; `device` if there is no room.
  public func logits(of batch: MicroBatch) throws -> [Float] {
    let pass = try forward(batch, dropout: nil)
    let logits = try backend.makeTensor(
      [batch.count, weights.configuration.vocabularyCount], .float32)
    self.logits(of: pass[list.hidden], to: logits)
    return logits.floats(from: backend)
  }

  /// Runs new tokens of one sequence through a model built for generating, appends their keys and
  /// values to the cache, and writes the logits behind the last token.
  func extend(_ cache: inout KeyValueCache, with tokens: [Int32], logits: Tensor) throws {
    var batch = MicroBatch(sequences: [tokens])
    batch.positions = (0..<tokens.count).map { Int32(cache.count + $0) }
    cache.makeRoom(for: tokens.count, on: backend)
    let pass = try forward(batch, dropout: nil, cache: cache)
    let last = pass[list.hidden].rows(tokens.count - 1..<tokens.count)
    self.logits(of: last, to: logits)
    cache.extend(by: tokens.count)
  }

  private func logits(of hidden: Tensor, to output: Tensor) {
    backend.linear(
      LinearLayer(weight: weights.head), input: hidden, output: output, adapterInput: nil,
      dropout: nil)
  }

  private func crossEntropy(
    _ pass: DecoderPass, normalizer: Float, loss: Tensor, gradients: CrossEntropyGradients?
  ) {
    backend.crossEntropy(
      hidden: pass[list.hidden], head: weights.head, targets: input.targets.prefix(pass.count),
      weights: input.weights.prefix(pass.count), normalizer: normalizer, loss: loss,
      gradients: gradients)
  }

  /// Checks and uploads the batch and runs the list.
  private func forward(
    _ batch: MicroBatch, dropout: DropoutStreams?, cache: KeyValueCache? = nil
  ) throws -> DecoderPass {
    try batch.check(
      vocabularyCount: weights.configuration.vocabularyCount, maximumPositions: positions)
    guard batch.count <= capacity else {
      throw AksharaError(
        .malformed, "a batch of \(batch.count) tokens is longer than the \(capacity) planned for")
    }
    input.upload(batch, on: backend) { cache?.tracks[$0].count ?? 0 }
    let pass = DecoderPass(
      backend: backend, tokens: input.tokens.prefix(batch.count),
      positions: input.positions.prefix(batch.count),
      trainedRows: input.trainedRows?.prefix(batch.count), sequences: input.sequences,
      dropout: dropout,
      buffers: buffers, cache: cache)
    for operation in list.operations { operation.forward(pass) }
    return pass
  }
}
