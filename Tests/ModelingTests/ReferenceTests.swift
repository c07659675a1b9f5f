import Compute
import ComputeCPU
import Fixtures
import Testing

@testable import Modeling

/// The decoder against transformers, peft and bitsandbytes.
@Suite struct ReferenceTests {
  /// float32 on both sides, sums in another order: logits are of the size of 1.
  private static let tolerance: Float = 1e-5

  private func load(
    _ name: String = "tiny", quantization: QuantizationOptions? = nil, on backend: any Backend
  ) throws -> DecoderWeights? {
    guard let path = RepositoryPaths.shared("fixtures/\(name)") else { return nil }
    return try DecoderWeights(
      loading: ModelFolder(path), quantization: quantization, on: backend)
  }

  private func expect(
    _ values: [Float], near reference: [Float], within tolerance: Float, _ what: String
  ) {
    #expect(values.count == reference.count, "\(what)")
    let worst = zip(values, reference).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= tolerance, "\(what) differs by \(worst)")
  }

  @Test func rotaryFrequenciesAndAnglesAreThoseOfTransformers() throws {
    guard let file = try FixtureTensors("forward.safetensors"),
      let path = RepositoryPaths.shared("fixtures/tiny")
    else { return }
    let rotary = try ModelFolder(path).configuration.rotary
    #expect(rotary.inverseFrequencies(headWidth: 16) == (try file.floats("inv_freq")))
    let table = rotary.table(positions: 131_072, headWidth: 16)
    let near = (0..<48).flatMap { table[$0 * 16..<$0 * 16 + 8] }
    let cosines = try file.floats("rope_cos")
    // transformers repeats the half table; cos and sin are known to one unit in the last place.
    expect(near, near: (0..<48).flatMap { cosines[$0 * 16..<$0 * 16 + 8] }, within: 1.2e-7, "cos")
    let sines = try file.floats("rope_far_sin")
    for (row, position) in try file.integers("rope_far_pos").enumerated() {
      let start = Int(position) * 16 + 8
      expect(
        Array(table[start..<start + 8]), near: Array(sines[row * 16..<row * 16 + 8]),
        within: 1.2e-7, "sin at \(position)")
    }
  }

  @Test(arguments: [("tiny", "logits"), ("tiny_tied", "tied_logits")])
  func logitsAndLossAreThoseOfTransformers(model: String, logits: String) throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("forward.safetensors"), let batches = try FixtureBatches(),
      let weights = try load(model, on: backend)
    else { return }
    let decoder = try DecoderModel(
      weights, for: .scoring, capacity: 144, positions: 48, on: backend)
    let batch = batches.microBatch(0)
    let ours = try decoder.logits(of: batch)
    let theirs = try file.floats(logits)
    let kept = (0..<3).flatMap { Array(batches.range(0, $0)) }
    expect(
      ours, near: kept.flatMap { theirs[$0 * 512..<$0 * 512 + 512] }, within: Self.tolerance,
      logits)
    let loss = try backend.makeTensor([1], .float32)
    try decoder.addLoss(of: batch, normalizer: Float(1 / batch.totalWeight), to: loss)
    let reference = try file.floats(model == "tiny" ? "loss" : "tied_loss")
    expect(loss.floats(from: backend), near: reference, within: Self.tolerance, "loss")
  }

  @Test func packedSequencesHaveTheLogitsOfABlockDiagonalMask() throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("forward.safetensors"),
      let weights = try load(on: backend)
    else { return }
    let ids = try file.integers("packed_ids")
    let decoder = try DecoderModel(weights, for: .scoring, capacity: 40, positions: 24, on: backend)
    let batch = MicroBatch(sequences: [Array(ids[0..<24]), Array(ids[24...])])
    #expect(batch.positions == (try file.integers("packed_pos")))
    expect(
      try decoder.logits(of: batch), near: try file.floats("packed_logits"),
      within: Self.tolerance, "packed logits")
  }

  @Test func everyGradientOfTheBaseIsThatOfAutograd() throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("full_grads.safetensors"),
      let batches = try FixtureBatches(), let weights = try load(on: backend)
    else { return }
    let model = try DecoderModel(
      weights, for: .training(.base), capacity: 144, positions: 48, on: backend)
    let loss = try gradients(of: model, batches.microBatch(0), on: backend)
    expect([loss], near: try file.floats("loss"), within: Self.tolerance, "loss")
    #expect(model.parameters.count == file.names.count - 1)
    for parameter in model.parameters {
      expectGradient(
        parameter.gradient.floats(from: backend), near: try file.floats("grad.\(parameter.name)"),
        parameter.name)
    }
  }

  /// The base of the `qlora` fixture is taken as bitsandbytes 0.50.2 dequantized it on the CPU. It is
  /// not what was quantized: its kernel takes the scale of block `row * (columns / 64) + column / 64`,
  /// both quotients rounded down, which is another block's where rows are not whole blocks. Here
  /// these are the rows of 176 columns of `down_proj`; see
  /// `dequantizedLayersAreThoseOfBitsandbytesWhereItReadsTheScalesItWrote`.
  @Test(arguments: ["lora", "qlora", "rslora", "dora"])
  func everyGradientOfAnAdapterIsThatOfPEFT(name: String) throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("\(name).safetensors"),
      let batches = try FixtureBatches(), let base = try load(on: backend)
    else { return }
    if name == "qlora" {
      guard try useDequantized(base, on: backend) else { return }
    }
    var options = LoRAOptions(rank: 4, alpha: 8)
    options.isRankStabilized = name == "rslora"
    options.isDecomposed = name == "dora"
    let weights = try base.addingAdapter(options, seed: 0, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.adapter), capacity: 144, positions: 48, on: backend)
    #expect(model.parameters.count == (name == "dora" ? 42 : 28))
    for parameter in model.parameters {
      set(parameter.value, try file.floats("init.\(fixtureName(parameter.name))"), on: backend)
    }
    let loss = try gradients(of: model, batches.microBatch(0), on: backend)
    expect([loss], near: try file.floats("loss"), within: Self.tolerance, "loss")
    for parameter in model.parameters {
      expectGradient(
        parameter.gradient.floats(from: backend),
        near: try file.floats("grad.\(fixtureName(parameter.name))"), parameter.name)
    }
  }

  /// Two micro-batches of unlike numbers of supervised tokens, as `Trainer` counts them.
  @Test func accumulatedGradientsAreNormalizedOverTheWholeStep() throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("lora.safetensors"), let batches = try FixtureBatches(),
      let base = try load(on: backend)
    else { return }
    let weights = try base.addingAdapter(LoRAOptions(rank: 4, alpha: 8), seed: 0, on: backend)
    let model = try DecoderModel(
      weights, for: .training(.adapter), capacity: 144, positions: 48, on: backend)
    for parameter in model.parameters {
      set(parameter.value, try file.floats("init.\(fixtureName(parameter.name))"), on: backend)
    }
    let parts = [batches.microBatch(0), batches.microBatch(1)]
    let total = parts.reduce(0) { $0 + $1.totalWeight }
    #expect(total == Double(try file.integers("accum2_num_items")[0]))
    let loss = try backend.makeTensor([1], .float32)
    model.zeroGradients()
    for part in parts {
      try model.addGradients(
        of: part, normalizer: Float(1 / total), loss: loss,
        dropout: DropoutStreams(seed: 0, pass: 0))
    }
    let compared = model.parameters.filter { $0.name.contains("layers.0.self_attn.q_proj") }
    #expect(compared.count == 2)
    for parameter in compared {
      expectGradient(
        parameter.gradient.floats(from: backend),
        near: try file.floats("accum2_grad.\(fixtureName(parameter.name))"), parameter.name)
    }
  }

  @Test func theQuantizedBaseHasTheCodesOfBitsandbytes() throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("qlora_base_nf4.safetensors"),
      let weights = try load(quantization: QuantizationOptions(), on: backend)
    else { return }
    for layer in weights.layers.indices {
      for projection in Projection.allCases {
        let name = ParameterName.module(layer: layer, projection)
        guard case .nf4(let weight) = weights.layers[layer][projection].weight,
          let nested = weight.nested
        else {
          Issue.record("\(name) is not quantized")
          continue
        }
        #expect(weight.packed.bytes(from: backend) == (try file.bytes("\(name).packed")), "\(name)")
        #expect(
          weight.absmax.bytes(from: backend) == (try file.bytes("\(name).absmax_u8")), "\(name)")
        #expect(nested.offset.floats(from: backend) == (try file.floats("\(name).offset")))
        #expect(
          nested.absmax.floats(from: backend) == (try file.floats("\(name).nested_absmax")))
      }
    }
  }

  /// Replaces the linear layers by what bitsandbytes made of them.
  private func useDequantized(_ base: DecoderWeights, on backend: any Backend) throws -> Bool {
    guard let file = try FixtureTensors("qlora_base_nf4.safetensors") else { return false }
    for (layer, tensors) in base.layers.enumerated() {
      for projection in Projection.allCases {
        guard case .dense(let weight) = tensors[projection].weight else { continue }
        let name = ParameterName.module(layer: layer, projection)
        set(weight, try file.floats("\(name).dequant"), on: backend)
      }
    }
    return true
  }

  @Test func dequantizedLayersAreThoseOfBitsandbytesWhereItReadsTheScalesItWrote() throws {
    let backend = try CPUBackend(threads: 2)
    guard let file = try FixtureTensors("qlora_base_nf4.safetensors"),
      let weights = try load(quantization: QuantizationOptions(), on: backend)
    else { return }
    for (layer, tensors) in weights.layers.enumerated() {
      for projection in Projection.allCases {
        guard case .nf4(let weight) = tensors[projection].weight else { continue }
        let name = ParameterName.module(layer: layer, projection)
        let dense = try backend.makeTensor(weight.shape, .float32)
        backend.dequantize(weight, to: dense)
        let (ours, theirs) = (dense.floats(from: backend), try file.floats("\(name).dequant"))
        let columns = weight.shape[1]
        for index in ours.indices {
          let (row, column) = (index / columns, index % columns)
          let theirBlock = row * (columns / 64) + column / 64
          guard theirBlock == index / 64 else { continue }
          #expect(ours[index] == theirs[index], "\(name)[\(row), \(column)]")
        }
      }
    }
  }

  @Test func aQuantizedBaseComputesWhatItsDequantizedLayersCompute() throws {
    let backend = try CPUBackend(threads: 2)
    guard let batches = try FixtureBatches(),
      let quantized = try load(quantization: QuantizationOptions(), on: backend),
      var dense = try load(on: backend)
    else { return }
    for (layer, tensors) in quantized.layers.enumerated() {
      for projection in Projection.allCases {
        guard case .nf4(let weight) = tensors[projection].weight else { continue }
        let tensor = try backend.makeTensor(weight.shape, .float32)
        backend.dequantize(weight, to: tensor)
        dense.layers[layer][projection].weight = .dense(tensor)
      }
    }
    func logits(_ weights: DecoderWeights) throws -> [Float] {
      let model = try DecoderModel(
        weights, for: .scoring, capacity: 144, positions: 48, on: backend)
      return try model.logits(of: batches.microBatch(0))
    }
    expect(
      try logits(quantized), near: try logits(dense), within: Self.tolerance, "quantized logits")
  }

  private func gradients(
    of model: DecoderModel, _ batch: MicroBatch, on backend: any Backend
  ) throws -> Float {
    let loss = try backend.makeTensor([1], .float32)
    model.zeroGradients()
    try model.addGradients(
      of: batch, normalizer: Float(1 / batch.totalWeight), loss: loss,
      dropout: DropoutStreams(seed: 0, pass: 0))
    return loss.floats(from: backend)[0]
  }

  /// `base_model.model.model.layers…lora_A.weight` is `model.layers…lora_A.weight` in the fixtures.
  /// Magnitudes are named there as peft names the parameter, not as it saves it.
  private func fixtureName(_ name: String) -> String {
    String(name.dropFirst("base_model.model.".count))
      + (name.hasSuffix("magnitude_vector") ? ".weight" : "")
  }

  /// Within 1e-4 of the tensor's largest gradient.
  private func expectGradient(_ values: [Float], near reference: [Float], _ what: String) {
    let largest = reference.map(abs).max() ?? 0
    expect(values, near: reference, within: 1e-4 * largest, what)
  }
}

extension Tensor {
  /// Copies a tensor of bytes to the host.
  func bytes(from backend: any Backend) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { backend.download(self, to: $0) }
    return bytes
  }
}
