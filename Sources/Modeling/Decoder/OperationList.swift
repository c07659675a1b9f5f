internal import Compute

/// What a list of operations is for; decides which buffers must outlive their layer.
public enum DecoderPurpose: Sendable, Hashable {
  /// Losses and gradients: what the backward pass reads is kept for every layer.
  case training(TrainedPart)
  /// Losses and logits: all layers share one set of buffers.
  case scoring
  /// One sequence, token after token: as scoring, with keys and values in a cache.
  case generating
}

/// The decoder as a list of operations, with the buffers they need.
///
///     embedding
///     [norm, q, k, v, rotary, attention, o, norm, gate, up, SwiGLU, down]  × layers
///     norm                                            → hidden states, from which the loss is made
///
/// The backward pass runs the list from its end down to the first operation that has trained
/// parameters. One buffer carries the gradient of the residual stream all the way.
struct OperationList: Sendable {
  private(set) var operations: [any DecoderOperation] = []
  var plan = ActivationPlan()
  /// The hidden states behind the last norm.
  private(set) var hidden = ActivationSlot.buffer(0)
  /// Their gradient, and that of the residual stream; only for training.
  private(set) var gradients: GradientSlots?
  /// The layers from the input upwards; before its backward pass a layer makes again what was not kept.
  private(set) var layers: [CheckpointedLayer] = []
  /// The first operation with trained parameters.
  var firstTrained: Int { operations.firstIndex { $0.isTrained } ?? operations.count }

  /// Buffers of the backward pass, shared by all layers.
  struct GradientSlots: Sendable {
    let stream: ActivationSlot
    /// Behind a norm: of the inputs of q, k, v, gate and up, and of the hidden states.
    let normalized: ActivationSlot
    let attention: ActivationSlot
    let query: ActivationSlot
    let key: ActivationSlot
    let value: ActivationSlot
    let gated: ActivationSlot
  }

  let weights: DecoderWeights
  let parameterGradients: DecoderGradients
  private let rotaryTable: Tensor
  let purpose: DecoderPurpose
  private let checkpointing: ActivationCheckpointing
  /// The slots that outlive their layer.
  private var kept: Set<ActivationSlot> = []
  var shape: ModelConfiguration { weights.configuration }
  /// Whether something below the operation that is added next has trained parameters.
  var trainsBelow = false

  init(
    _ weights: DecoderWeights, gradients: DecoderGradients, rotaryTable: Tensor,
    purpose: DecoderPurpose, checkpointing: ActivationCheckpointing = .none
  ) {
    self.checkpointing = checkpointing
    self.weights = weights
    self.rotaryTable = rotaryTable
    self.purpose = purpose
    parameterGradients = gradients
    if case .training = purpose { addGradientSlots() }
    addRowReplacement()
    var residual = addEmbedding()
    var delta: ActivationSlot?
    for layer in weights.layers.indices {
      let first = operations.count
      (residual, delta) = addLayer(layer, residual: residual, delta: delta)
      layers.append(CheckpointedLayer(first..<operations.count, of: operations, kept: kept))
    }
    hidden =
      addNorm(
        "final norm", weights.finalNorm, gradient: gradients.finalNorm, residual: residual,
        delta: delta, sum: slot("stream", shape.hiddenWidth, keptFor: weights.layers.count, .kept)
      ).output
  }

  // MARK: Buffers

  private mutating func addGradientSlots() {
    gradients = GradientSlots(
      stream: plan.slot("stream gradient", shape.hiddenWidth),
      normalized: plan.slot("normalized gradient", shape.hiddenWidth),
      attention: plan.slot("attention gradient", shape.queryWidth),
      query: plan.slot("query gradient", shape.queryWidth),
      key: plan.slot("key gradient", shape.keyValueWidth),
      value: plan.slot("value gradient", shape.keyValueWidth),
      gated: plan.slot("gated gradient", shape.gateWidth))
  }

  /// A buffer that each layer has for itself if the backward pass reads it and it is not made again.
  mutating func slot(
    _ name: String, _ width: Int, keptFor layer: Int,
    _ cost: ActivationCheckpointing.Cost = .product
  ) -> ActivationSlot {
    guard case .training = purpose, checkpointing.keeps(cost) else { return plan.slot(name, width) }
    let slot = plan.slot("\(name) \(layer)", width)
    kept.insert(slot)
    return slot
  }

  // MARK: Operations

  mutating func append(_ operation: some DecoderOperation) {
    operations.append(operation)
  }

  private mutating func addEmbedding() -> ActivationSlot {
    let output = slot("stream", shape.hiddenWidth, keptFor: 0, .kept)
    append(
      EmbeddingOperation(
        table: weights.embedding, tableGradient: parameterGradients.embedding, output: output,
        outputGradient: gradients?.stream))
    trainsBelow = trainsBelow || parameterGradients.embedding != nil
    return output
  }

  private mutating func addNorm(
    _ name: String, _ weight: Tensor, gradient: Tensor?, residual: ActivationSlot,
    delta: ActivationSlot?, sum: ActivationSlot, layer: Int? = nil
  ) -> (output: ActivationSlot, sum: ActivationSlot) {
    let place = layer ?? weights.layers.count
    let output = slot("\(name) output", shape.hiddenWidth, keptFor: place, .elementwise)
    append(
      NormOperation(
        weight: weight, weightGradient: gradient, epsilon: shape.normEpsilon, residual: residual,
        delta: delta, sum: sum, output: output,
        inverse: slot("\(name) inverse", 1, keptFor: place, .kept),
        keepsSum: kept.contains(sum),
        gradients: gradients.map { .init(output: $0.normalized, stream: $0.stream) }))
    trainsBelow = trainsBelow || gradient != nil
    return (output, sum)
  }

  /// Attention and gated layer; returns the residual stream and what is still to be added to it.
  private mutating func addLayer(
    _ layer: Int, residual: ActivationSlot, delta: ActivationSlot?
  ) -> (ActivationSlot, ActivationSlot?) {
    let hidden = shape.hiddenWidth
    let tensors = weights.layers[layer]
    let norms = parameterGradients.layers[layer]
    // The embedding has written the first layer's sum itself.
    let sum = delta == nil ? residual : slot("stream", hidden, keptFor: layer, .kept)
    let first = addNorm(
      "attention norm", tensors.attentionNorm, gradient: norms.attentionNorm, residual: residual,
      delta: delta, sum: sum, layer: layer)
    let attended = addAttention(layer, input: first.output)
    let second = addNorm(
      "gate norm", tensors.gateNorm, gradient: norms.gateNorm, residual: first.sum,
      delta: attended, sum: slot("middle stream", hidden, keptFor: layer), layer: layer)
    return (second.sum, addGate(layer, input: second.output))
  }

  private mutating func addAttention(_ layer: Int, input: ActivationSlot) -> ActivationSlot {
    let below = trainsBelow
    let (q, kv) = (shape.queryWidth, shape.keyValueWidth)
    let isCached = purpose == .generating
    var query = slot("query", q, keptFor: layer)
    var key = isCached ? .cachedKeys(layer: layer) : slot("key", kv, keptFor: layer)
    let heads = headNorms(layer, query: query, key: key)
    let (queryGradient, keyGradient) = (
      heads?.queryGradient ?? gradients?.query, heads?.keyGradient ?? gradients?.key
    )
    if let heads { (query, key) = (heads.query, heads.key) }
    let value = isCached ? .cachedValues(layer: layer) : slot("value", kv, keptFor: layer)
    // The backward pass meets them in the opposite order: v overwrites, k and q add.
    addLinear(layer, .query, input, query, queryGradient, below, accumulates: true)
    addLinear(layer, .key, input, key, keyGradient, below, accumulates: true)
    addLinear(layer, .value, input, value, gradients?.value, below)
    if let heads {
      for operation in heads.operations { append(operation) }
      trainsBelow = trainsBelow || heads.operations.contains { $0.isTrained }
      (query, key) = (heads.normalizedQuery, heads.normalizedKey)
    }
    append(
      RotaryOperation(
        table: rotaryTable, headWidth: shape.headWidth, values: [query, key],
        gradients: gradients.map { [$0.query, $0.key] } ?? []))
    let output = slot("attention", q, keptFor: layer)
    append(
      AttentionOperation(
        headWidth: shape.headWidth, window: shape.window(ofLayer: layer), query: query, key: key,
        value: value, output: output,
        logSumExp: slot("log sum exp", shape.headCount, keptFor: layer),
        gradients: gradients.map {
          .init(output: $0.attention, query: $0.query, key: $0.key, value: $0.value)
        }))
    let delta = plan.slot("delta", shape.hiddenWidth)
    addLinear(
      layer, .output, output, delta, gradients?.stream, trainsBelow,
      inputGradient: gradients?.attention)
    return delta
  }

  private mutating func addGate(_ layer: Int, input: ActivationSlot) -> ActivationSlot {
    let below = trainsBelow
    let gate = slot("gate", shape.gateWidth, keptFor: layer)
    let up = slot("up", shape.gateWidth, keptFor: layer)
    // The gradients of gate and up overwrite gate and up.
    addLinear(layer, .gate, input, gate, gate, below, accumulates: true)
    addLinear(layer, .up, input, up, up, below)
    let gated = slot("gated", shape.gateWidth, keptFor: layer, .elementwise)
    append(GateOperation(gate: gate, up: up, output: gated, outputGradient: gradients?.gated))
    let delta = plan.slot("delta", shape.hiddenWidth)
    addLinear(
      layer, .down, gated, delta, gradients?.stream, trainsBelow, inputGradient: gradients?.gated)
    return delta
  }

  private mutating func addLinear(
    _ layer: Int, _ projection: Projection, _ input: ActivationSlot, _ output: ActivationSlot,
    _ outputGradient: ActivationSlot?, _ inputIsTrained: Bool, accumulates: Bool = false,
    inputGradient: ActivationSlot? = nil
  ) {
    let linear = weights.layers[layer][projection]
    let rank = linear.adapter?.rank
    let adapterInput = rank.map {
      slot("\(projection.rawValue) adapter input", $0, keptFor: layer, .kept)
    }
    let linearGradients = gradients.flatMap { slots in
      outputGradient.map {
        LinearOperation.Gradients(
          output: $0, input: inputIsTrained ? inputGradient ?? slots.normalized : nil,
          accumulates: accumulates, scratch: rank.map { plan.slot("adapter scratch", $0) })
      }
    }
    if let decomposed = decomposed(
      layer, projection, input, output, adapterInput, gradients: linearGradients)
    {
      append(decomposed)
      trainsBelow = trainsBelow || decomposed.isTrained
      return
    }
    let operation = LinearOperation(
      layer: linear,
      parameterGradients: parameterGradients.layers[layer].projections[projection.index],
      place: (layer, projection), input: input, output: output, adapterInput: adapterInput,
      gradients: linearGradients)
    append(operation)
    trainsBelow = trainsBelow || operation.isTrained
  }
}
