import Compute
import ComputeCPU
import Testing

@testable import Modeling

@Suite struct DecoderGradientTests {
  /// Central differences of the whole model's loss against the gradients made by hand.
  ///
  /// The loss is about 3 and is made in float32, so it is known to about 3e-7; with a step of 1e-2
  /// the quotient is known to 3e-5 plus the third derivative's share (step² / 6, below 1e-4 here).
  /// So a gradient must agree within 3e-4 + 1 %.
  private func compare(
    _ model: DecoderModel, on backend: any Backend, dropout: DropoutStreams
  ) throws {
    let loss = try backend.makeTensor([1], .float32)
    func value() throws -> Float {
      backend.zero(loss)
      try model.addGradients(
        of: SmallModel.batch, normalizer: SmallModel.normalizer, loss: loss, dropout: dropout)
      return loss.floats(from: backend)[0]
    }
    model.zeroGradients()
    _ = try value()
    let gradients = model.parameters.map { $0.gradient.floats(from: backend) }
    for (parameter, gradient) in zip(model.parameters, gradients) {
      let original = parameter.value.floats(from: backend)
      for index in [0, original.count / 3, original.count / 2, original.count - 1] {
        let step: Float = 1e-2
        var moved = original
        moved[index] = original[index] + step
        set(parameter.value, moved, on: backend)
        let above = try value()
        moved[index] = original[index] - step
        set(parameter.value, moved, on: backend)
        let difference = (above - (try value())) / (2 * step)
        set(parameter.value, original, on: backend)
        #expect(
          abs(difference - gradient[index]) <= 3e-4 + 0.01 * abs(gradient[index]),
          "\(parameter.name)[\(index)]: \(difference) by differences, \(gradient[index])")
      }
    }
  }

  @Test(arguments: [true, false])
  func everyParameterOfTheBaseHasTheGradientThatDifferencesShow(tied: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let weights = try SmallModel.weights(tied: tied, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.base), capacity: 16, positions: 8, on: backend)
    #expect(model.parameters.count == (tied ? 20 : 21))
    try compare(model, on: backend, dropout: DropoutStreams(seed: 1, pass: 0))
  }

  @Test func biasesAndHeadNormsHaveTheGradientThatDifferencesShow() throws {
    let backend = try CPUBackend(threads: 1)
    let weights = try SmallModel.weights(isRich: true, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.base), capacity: 16, positions: 8, on: backend)
    // 7 biases and 2 head norms a layer more.
    #expect(model.parameters.count == 20 + 2 * 9)
    #expect(model.parameters.filter { !$0.decays }.count == 5 + 2 * 9)
    try compare(model, on: backend, dropout: DropoutStreams(seed: 1, pass: 0))
  }

  @Test(arguments: [0, 0.3])
  func everyMatrixOfAnAdapterOverNF4HasTheGradientThatDifferencesShow(dropout: Double) throws {
    let backend = try CPUBackend(threads: 1)
    let base = try SmallModel.weights(quantization: QuantizationOptions(), on: backend)
    let options = LoRAOptions(rank: 3, alpha: 6, dropout: dropout)
    let weights = try base.addingAdapter(options, seed: 5, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.adapter), capacity: 16, positions: 8, on: backend)
    #expect(model.parameters.count == 28)
    // B begins at zero, where A has no gradient.
    for (index, parameter) in model.parameters.enumerated() where parameter.name.contains("_B") {
      fill(parameter.value, seed: UInt64(index), scale: 0.1, on: backend)
    }
    try compare(model, on: backend, dropout: DropoutStreams(seed: 1, pass: 9))
  }

  @Test(arguments: [true, false])
  func savedModulesAndRowsHaveTheGradientThatDifferencesShow(tied: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let base = try SmallModel.weights(tied: tied, isRich: true, on: backend)
    var options = LoRAOptions(rank: 2, alpha: 2, targets: .named(["v_proj"]))
    options.savedModules = ["norm"]
    // Rows of tokens that are read, that are targets, and that are neither.
    options.trainedTokens =
      tied ? .embedding([7, 14, 1]) : .tables(embedding: [7, 1], head: [5, 2])
    let weights = try base.addingAdapter(options, seed: 5, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.adapter), capacity: 16, positions: 8, on: backend)
    #expect(model.parameters.count == 4 + 9 + (tied ? 1 : 2))
    for (index, parameter) in model.parameters.enumerated() where parameter.name.contains("_B") {
      fill(parameter.value, seed: UInt64(index), scale: 0.1, on: backend)
    }
    try compare(model, on: backend, dropout: DropoutStreams(seed: 1, pass: 9))
  }

  /// What is made again has the same bits, for what this file's models add to a layer too.
  @Test func checkpointingChangesNoBitOfADecomposedAdapter() throws {
    let backend = try CPUBackend(threads: 1)
    let base = try SmallModel.weights(isRich: true, quantization: .eightBit, on: backend)
    var options = LoRAOptions(rank: 3, alpha: 6, dropout: 0.3)
    options.isDecomposed = true
    options.savedModules = ["norm"]
    options.trainedTokens = .embedding([7, 14])
    let weights = try base.addingAdapter(options, seed: 5, on: backend)
    for (index, entry) in weights.adapterTensors.enumerated() where entry.name.contains("_B") {
      fill(entry.tensor, seed: UInt64(index), scale: 0.1, on: backend)
    }
    func gradients(_ checkpointing: ActivationCheckpointing) throws -> [[Float]] {
      let model = try DecoderModel(
        weights, for: .training(.adapter), capacity: 16, positions: 8,
        checkpointing: checkpointing, on: backend)
      let loss = try backend.makeTensor([1], .float32)
      try model.addGradients(
        of: SmallModel.batch, normalizer: SmallModel.normalizer, loss: loss,
        dropout: DropoutStreams(seed: 3, pass: 1))
      return [loss.floats(from: backend)]
        + model.parameters.map { $0.gradient.floats(from: backend) }
    }
    let kept = try gradients(.none)
    #expect(kept.allSatisfy { $0.allSatisfy(\.isFinite) && $0.contains { $0 != 0 } })
    for checkpointing in ActivationCheckpointing.allCases {
      #expect(try gradients(checkpointing) == kept, "\(checkpointing)")
    }
  }

  @Test func anAdapterOnSomeLayersHasTheSameGradientsAsOneOnAll() throws {
    let backend = try CPUBackend(threads: 1)
    let base = try SmallModel.weights(on: backend)
    func gradients(_ targets: LoRAOptions.Targets) throws -> [String: [Float]] {
      let weights = try base.addingAdapter(
        LoRAOptions(rank: 2, alpha: 4, targets: targets), seed: 5, on: backend)
      let model = try DecoderModel(
        weights, for: .training(.adapter), capacity: 16, positions: 8, on: backend)
      let loss = try backend.makeTensor([1], .float32)
      try model.addGradients(
        of: SmallModel.batch, normalizer: SmallModel.normalizer, loss: loss,
        dropout: DropoutStreams(seed: 1, pass: 0))
      let named = model.parameters.map { ($0.name, $0.gradient.floats(from: backend)) }
      return Dictionary(uniqueKeysWithValues: named)
    }
    // B is zero, so the other adapters change nothing in the forward pass.
    let all = try gradients(.allLinear)
    for targets in [["o_proj"], ["k_proj", "down_proj"], ["model.layers.1.self_attn.q_proj"]] {
      let some = try gradients(.named(targets))
      #expect(!some.isEmpty)
      for (name, gradient) in some { #expect(gradient == all[name], "\(name) with \(targets)") }
    }
  }

  @Test func gradientsDoNotDependOnTheNumberOfThreads() throws {
    func gradients(threads: Int) throws -> [[Float]] {
      let backend = try CPUBackend(threads: threads)
      let model = try DecoderModel(
        try SmallModel.weights(on: backend), for: .training(.base), capacity: 16, positions: 8,
        on: backend)
      let loss = try backend.makeTensor([1], .float32)
      try model.addGradients(
        of: SmallModel.batch, normalizer: SmallModel.normalizer, loss: loss,
        dropout: DropoutStreams(seed: 1, pass: 0))
      return [loss.floats(from: backend)]
        + model.parameters.map { $0.gradient.floats(from: backend) }
    }
    let one = try gradients(threads: 1)
    #expect(try gradients(threads: 2) == one)
    #expect(try gradients(threads: 3) == one)
  }

  /// Losses and gradients of two passes in a row, so that buffers hold what the first left.
  private func results(
    _ weights: DecoderWeights, _ part: TrainedPart, _ checkpointing: ActivationCheckpointing,
    on backend: CPUBackend
  ) throws -> (values: [[UInt32]], elements: Int) {
    let model = try DecoderModel(
      weights, for: .training(part), capacity: 16, positions: 8, checkpointing: checkpointing,
      on: backend)
    let loss = try backend.makeTensor([1], .float32)
    for pass in 0..<2 {
      try model.addGradients(
        of: SmallModel.batch, normalizer: SmallModel.normalizer, loss: loss,
        dropout: DropoutStreams(seed: 1, pass: UInt64(pass)))
    }
    let tensors = [loss] + model.parameters.map(\.gradient)
    return (
      tensors.map { $0.floats(from: backend).map(\.bitPattern) }, model.plan.elementsPerToken
    )
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func whatIsMadeAgainHasTheSameBits(type: DType) throws {
    let backend = try CPUBackend(threads: 2, computeType: type)
    let base = try SmallModel.weights(on: backend)
    let options = LoRAOptions(rank: 3, alpha: 6, dropout: 0.3)
    let adapted = try base.addingAdapter(options, seed: 5, on: backend)
    for layer in adapted.layers {
      for (index, projection) in layer.projections.enumerated() {
        guard let adapter = projection.adapter else { continue }
        fill(adapter.b, seed: UInt64(index), scale: 0.1, on: backend)
      }
    }
    for (weights, part) in [(base, TrainedPart.base), (adapted, .adapter)] {
      let whole = try results(weights, part, .none, on: backend)
      var elements = whole.elements
      for kind in [ActivationCheckpointing.selective, .layer] {
        let found = try results(weights, part, kind, on: backend)
        #expect(found.values == whole.values, "\(part), \(kind)")
        #expect(found.elements < elements, "\(kind) keeps \(found.elements) elements a token")
        elements = found.elements
      }
    }
  }

  @Test func aModelBuiltForScoringHasTheLossOfTheOneBuiltForTraining() throws {
    let backend = try CPUBackend(threads: 1)
    let weights = try SmallModel.weights(on: backend)
    func loss(_ purpose: DecoderPurpose) throws -> Float {
      let model = try DecoderModel(weights, for: purpose, capacity: 16, positions: 8, on: backend)
      let loss = try backend.makeTensor([1], .float32)
      try model.addLoss(of: SmallModel.batch, normalizer: SmallModel.normalizer, to: loss)
      return loss.floats(from: backend)[0]
    }
    #expect(try loss(.scoring) == loss(.training(.base)))
  }

  @Test func aBatchThatDoesNotFitTheModelIsRefused() throws {
    let backend = try CPUBackend(threads: 1)
    let model = try DecoderModel(
      try SmallModel.weights(on: backend), for: .scoring, capacity: 16, positions: 8, on: backend)
    let loss = try backend.makeTensor([1], .float32)
    func refuses(_ change: (inout MicroBatch) -> Void) {
      var batch = SmallModel.batch
      change(&batch)
      #expect(throws: (any Error).self) { try model.addLoss(of: batch, normalizer: 1, to: loss) }
    }
    refuses { $0.tokens[2] = 23 }
    refuses { $0.tokens[2] = -1 }
    refuses { $0.targets[1] = 23 }
    refuses { $0.positions[3] = 8 }
    refuses { $0.borders[3] = 8 }
    refuses { $0.borders[1] = 6 }
    refuses { $0.weights.removeLast() }
    refuses { $0 = MicroBatch(sequences: Array(repeating: [1, 2, 3], count: 6)) }
    refuses { $0 = MicroBatch(sequences: []) }
  }
}
