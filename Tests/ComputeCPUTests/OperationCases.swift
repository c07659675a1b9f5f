import Compute

@testable import ComputeCPU

/// Every operation once, on shapes that make several tiles, for tests that compare whole backends.
enum OperationCases: String, CaseIterable {
  case copying, quantizing, embedding, normalizing, rotating, gating, attending, attendingWindow
  case linearPlain, linearNarrow, linearNF4, linearBFloat16, crossEntropy, crossEntropyNF4,
    crossEntropyHead
  case gradientNorm, optimizing, optimizingBlockwise

  /// Runs the operation, forward and backward, and returns all that it wrote.
  func run(on backend: CPUBackend) throws -> [[Float]] {
    var f = BackendFixture(backend)
    switch self {
    case .copying: return try Self.copying(&f)
    case .quantizing: return try Self.quantizing(&f)
    case .embedding: return try Self.embedding(&f)
    case .normalizing: return try Self.normalizing(&f)
    case .rotating: return try Self.rotating(&f)
    case .gating: return try Self.gating(&f)
    case .attending: return try Self.attending(&f)
    case .attendingWindow: return try Self.attending(&f, window: 77)
    case .linearPlain: return try Self.linear(&f, tokens: 300, inner: 40, outer: 520, .float32)
    case .linearNarrow: return try Self.linear(&f, tokens: 1030, inner: 24, outer: 16, .float32)
    case .linearNF4: return try Self.linear(&f, tokens: 1030, inner: 130, outer: 136, .nf4)
    case .linearBFloat16: return try Self.linear(&f, tokens: 90, inner: 24, outer: 600, .bfloat16)
    case .crossEntropy: return try Self.crossEntropy(&f, .float32)
    case .crossEntropyNF4: return try Self.crossEntropy(&f, .nf4)
    case .crossEntropyHead: return try Self.crossEntropyHead(&f)
    case .gradientNorm: return try Self.gradientNorm(&f)
    case .optimizing: return try Self.optimizing(&f)
    case .optimizingBlockwise: return try Self.optimizingBlockwise(&f)
    }
  }

  enum Base { case float32, bfloat16, nf4 }

  private static func weight(
    _ f: inout BackendFixture, _ shape: [Int], _ base: Base
  ) throws -> LinearWeight {
    let dense = try f.random(shape)
    return switch base {
    case .float32: .dense(dense)
    case .bfloat16: .dense(try f.bfloat16(dense))
    case .nf4: .nf4(try f.backend.quantizeNF4(dense, doubleQuantization: true))
    }
  }

  private static func copying(_ f: inout BackendFixture) throws -> [[Float]] {
    let x = try f.random([40_000])
    let half = try f.backend.makeTensor([40_000], .float16)
    let (brain, back) = (try f.bfloat16(x), try f.zeros(like: x))
    f.backend.copy(x, to: half)
    f.backend.copy(half, to: brain)
    f.backend.copy(brain, to: back)
    let sum = try f.tensor(f.values(back), [40_000])
    f.backend.add(x, to: sum)
    let cleared = try f.tensor(f.values(back), [40_000])
    f.backend.zero(cleared)
    return [f.values(back), f.values(sum), f.values(cleared)]
  }

  private static func quantizing(_ f: inout BackendFixture) throws -> [[Float]] {
    let w = try f.random([130, 300])
    let weight = try f.backend.quantizeNF4(w, doubleQuantization: true)
    let back = try f.zeros(like: w)
    f.backend.dequantize(weight, to: back)
    return [f.values(back)]
  }

  private static func embedding(_ f: inout BackendFixture) throws -> [[Float]] {
    let tokens = try f.tensor((0..<600).map { Int32($0 * $0 % 97) })
    let (table, dy) = (try f.random([97, 24]), try f.random([600, 24]))
    let (output, gradient) = (try f.zeros([600, 24]), try f.random([97, 24]))
    let narrow = try f.zeros([600, 24])
    f.backend.embed(tokens, table: table, output: output)
    f.backend.embed(tokens, table: try f.bfloat16(table), output: narrow)
    f.backend.embedBackward(tokens, outputGradient: dy, tableGradient: gradient)
    return [f.values(output), f.values(narrow), f.values(gradient)]
  }

  private static func normalizing(_ f: inout BackendFixture) throws -> [[Float]] {
    let shape = [300, 40]
    let (x, delta, dy) = (try f.random(shape), try f.random(shape), try f.random(shape))
    let (weight, dSum) = (try f.random([40]), try f.random(shape))
    let (sum, output, inverse) = (try f.zeros(shape), try f.zeros(shape), try f.zeros([300]))
    let dWeight = try f.random([40])
    f.backend.rmsNorm(
      residual: x, delta: delta, weight: weight, epsilon: 1e-6, sum: sum, output: output,
      inverse: inverse)
    f.backend.rmsNormBackward(
      outputGradient: dy, sum: sum, inverse: inverse, weight: weight, sumGradient: dSum,
      weightGradient: dWeight)
    return [sum, output, inverse, dSum, dWeight].map(f.values)
  }

  private static func rotating(_ f: inout BackendFixture) throws -> [[Float]] {
    let (x, table) = (try f.random([200, 3, 8]), try f.random([50, 8]))
    let positions = try f.tensor((0..<200).map { Int32($0 % 50) })
    f.backend.rotate(x, positions: positions, table: table, inverse: false)
    let forward = f.values(x)
    f.backend.rotate(x, positions: positions, table: table, inverse: true)
    return [forward, f.values(x)]
  }

  private static func gating(_ f: inout BackendFixture) throws -> [[Float]] {
    let shape = [300, 100]
    let (gate, up, dy) = (try f.random(shape, scale: 5), try f.random(shape), try f.random(shape))
    let output = try f.zeros(shape)
    f.backend.swiGLU(gate: gate, up: up, output: output)
    let forward = f.values(output)
    f.backend.swiGLUBackward(
      outputGradient: dy, gate: gate, up: up, gateGradient: gate, upGradient: up)
    return [forward, f.values(gate), f.values(up)]
  }

  private static func attending(
    _ f: inout BackendFixture, window: Int? = nil
  ) throws -> [[Float]] {
    let (lengths, heads, keyHeads, width) = ([70, 1, 150, 64], 4, 2, 8)
    let (tokens, keys) = (285, 285 + 4 * 600)  // more keys than one block has
    let sequences = try f.sequences(lengths, ahead: 600).within(window)
    let (q, dy) = (try f.random([tokens, heads, width]), try f.random([tokens, heads, width]))
    let (k, v) = (try f.random([keys, keyHeads, width]), try f.random([keys, keyHeads, width]))
    let (output, logs) = (try f.zeros(like: q), try f.zeros([tokens, heads]))
    f.backend.attention(
      q, k, v, sequences: sequences, scale: 0.4, output: output, logSumExp: logs)
    // What stands in the gradients before must not matter.
    let (dq, dk, dv) = (
      try f.random([tokens, heads, width]), try f.random([keys, keyHeads, width]),
      try f.random([keys, keyHeads, width])
    )
    f.backend.attentionBackward(
      outputGradient: dy, q, k, v, output: output, logSumExp: logs, sequences: sequences,
      scale: 0.4, qGradient: dq, kGradient: dk, vGradient: dv)
    return [output, logs, dq, dk, dv].map(f.values)
  }

  private static func linear(
    _ f: inout BackendFixture, tokens: Int, inner: Int, outer: Int, _ base: Base
  ) throws -> [[Float]] {
    let rank = 4
    let adapter = LoRAWeights(
      a: try f.random([rank, inner]), b: try f.random([outer, rank]), scaling: 0.5, dropout: 0.1)
    let layer = LinearLayer(
      weight: try weight(&f, [outer, inner], base), bias: try f.random([outer]), adapter: adapter)
    let (x, dy) = (try f.random([tokens, inner]), try f.random([tokens, outer]))
    let (output, down) = (try f.zeros([tokens, outer]), try f.zeros([tokens, rank]))
    let random = CounterRandom(seed: 3, stream: 4)
    f.backend.linear(layer, input: x, output: output, adapterInput: down, dropout: random)
    var gradients = LinearGradients(
      bias: try f.random([outer]), a: try f.random([rank, inner]), b: try f.random([outer, rank]))
    if base == .float32 { gradients.weight = try f.random([outer, inner]) }
    let dx = try f.random([tokens, inner])
    f.backend.linearBackward(
      layer, input: x, adapterInput: down, outputGradient: dy, inputGradient: dx,
      accumulate: true, gradients: gradients, scratch: try f.zeros([tokens, rank]),
      dropout: random)
    let written = [output, down, dx, gradients.bias, gradients.a, gradients.b, gradients.weight]
    return written.compactMap { $0 }.map(f.values)
  }

  private static func crossEntropy(_ f: inout BackendFixture, _ base: Base) throws -> [[Float]] {
    let (tokens, width, words) = (1200, 16, 50)  // more tokens than one chunk
    let head = try weight(&f, [words, width], base)
    let hidden = try f.random([tokens, width])
    let targets = try f.tensor((0..<tokens).map { $0 % 11 == 0 ? -100 : Int32($0 * 7 % words) })
    let (weights, loss) = (try f.random([tokens], scale: 0.5, center: 1), try f.zeros([1]))
    var gradients = CrossEntropyGradients(hidden: try f.random([tokens, width]))
    if base == .float32 { gradients.head = try f.random([words, width]) }
    f.backend.crossEntropy(
      hidden: hidden, head: head, targets: targets, weights: weights, normalizer: 1e-3,
      loss: loss, gradients: gradients)
    return [loss, gradients.hidden, gradients.head].compactMap { $0 }.map(f.values)
  }

  /// A trained head of more words than a tile has, and some of its rows, from gradients of zero.
  private static func crossEntropyHead(_ f: inout BackendFixture) throws -> [[Float]] {
    let (tokens, width, words) = (75, 40, 1031)
    let head = LinearWeight.dense(try f.random([words, width]))
    let hidden = try f.random([tokens, width])
    let targets = try f.tensor((0..<tokens).map { $0 % 11 == 0 ? -100 : Int32($0 * 97 % words) })
    let (weights, loss) = (try f.random([tokens], scale: 0.5, center: 1), try f.zeros([1]))
    let selected = try f.tensor([1030, 0, 97, 512, 194] as [Int32])
    let gradients = CrossEntropyGradients(
      hidden: try f.zeros([tokens, width]), head: try f.zeros([words, width]),
      headRows: SelectedRows(indices: selected, gradient: try f.zeros([5, width])))
    f.backend.crossEntropy(
      hidden: hidden, head: head, targets: targets, weights: weights, normalizer: 1e-2,
      loss: loss, gradients: gradients)
    return [loss, gradients.hidden, gradients.head, gradients.headRows?.gradient]
      .compactMap { $0 }.map(f.values)
  }

  private static func gradientNorm(_ f: inout BackendFixture) throws -> [[Float]] {
    let (gradients, norm) = ([try f.random([40_000]), try f.random([3])], try f.zeros([1]))
    f.backend.gradientNorm(gradients, norm: norm)
    return [f.values(norm)]
  }

  private static func optimizing(_ f: inout BackendFixture) throws -> [[Float]] {
    let settings = AdamWSettings(
      learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: 2, maxGradientNorm: 1)
    let norm = try f.tensor([3.5], [1])
    return try [20_000, 7].flatMap { count in
      let (first, second) = (try f.random([count]), try f.random([count], center: 1))
      let parameter = OptimizedParameter(
        value: try f.random([count]), gradient: try f.random([count]), firstMoment: first,
        secondMoment: second, weightDecay: 0.1)
      f.backend.adamW([parameter], settings: settings, norm: norm)
      return [parameter.value, first, second].map(f.values)
    }
  }

  private static func optimizingBlockwise(_ f: inout BackendFixture) throws -> [[Float]] {
    let count = 40_007
    let (first, second) = (try f.blockwiseMoment(count), try f.blockwiseMoment(count))
    let parameter = OptimizedParameter(
      value: try f.random([count]), gradient: try f.random([count]),
      moments: .blockwise(first: first, second: second), weightDecay: 0.1)
    for step in 1...2 {
      let settings = AdamWSettings(
        learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: step, maxGradientNorm: 1)
      f.backend.adamW([parameter], settings: settings, norm: nil)
    }
    return [f.values(parameter.value), f.values(first.absmax), f.values(second.absmax)]
      + [first, second].map { f.bytes($0.codes).map(Float.init) }
  }
}
