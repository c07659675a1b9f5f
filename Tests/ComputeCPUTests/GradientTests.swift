import Compute
import Testing

@testable import ComputeCPU

/// Every gradient of every operation against finite differences of its forward pass.
@Suite struct GradientTests {
  @Test func rmsNormWithResidual() throws {
    var f = try BackendFixture()
    let (tokens, width) = (70, 5)  // more rows than one unit does
    let (residual, delta) = (try f.random([tokens, width]), try f.random([tokens, width]))
    let weight = try f.random([width])
    let (dOutput, dSum) = (try f.random([tokens, width]), try f.random([tokens, width]))
    let (sum, output) = (try f.zeros([tokens, width]), try f.zeros([tokens, width]))
    let inverse = try f.zeros([tokens])
    func loss() -> Double {
      f.backend.rmsNorm(
        residual: residual, delta: delta, weight: weight, epsilon: 1e-5, sum: sum, output: output,
        inverse: inverse)
      return f.weightedSum(output, dOutput) + f.weightedSum(sum, dSum)
    }
    _ = loss()
    let sumGradient = try f.tensor(f.values(dSum), [tokens, width])
    let weightGradient = try f.zeros([width])
    f.backend.rmsNormBackward(
      outputGradient: dOutput, sum: sum, inverse: inverse, weight: weight,
      sumGradient: sumGradient, weightGradient: weightGradient)
    f.expectGradient(sumGradient, of: residual, "residual", loss: loss)
    f.expectGradient(sumGradient, of: delta, "delta", loss: loss)
    f.expectGradient(weightGradient, of: weight, "weight", loss: loss)
  }

  @Test func embedding() throws {
    var f = try BackendFixture()
    let (tokens, table) = (try f.tensor([3, 0, 3, 5, 3]), try f.random([6, 4]))
    let (output, dOutput) = (try f.zeros([5, 4]), try f.random([5, 4]))
    let gradient = try f.zeros(like: table)
    f.backend.embedBackward(tokens, outputGradient: dOutput, tableGradient: gradient)
    f.expectGradient(gradient, of: table, "table") {
      f.backend.embed(tokens, table: table, output: output)
      return f.weightedSum(output, dOutput)
    }
  }

  @Test func rotation() throws {
    var f = try BackendFixture()
    let (x, dOutput) = (try f.random([5, 2, 6]), try f.random([5, 2, 6]))
    let positions = try f.tensor([0, 1, 2, 0, 3])
    let table = try f.random([4, 6])
    let gradient = try f.tensor(f.values(dOutput), Array(dOutput.shape))
    f.backend.rotate(gradient, positions: positions, table: table, inverse: true)
    try f.expectGradient(gradient, of: x, "values") {
      let copy = try f.tensor(f.values(x), Array(x.shape))
      f.backend.rotate(copy, positions: positions, table: table, inverse: false)
      return f.weightedSum(copy, dOutput)
    }
  }

  @Test func gate() throws {
    var f = try BackendFixture()
    let (gate, up) = (try f.random([3, 7], scale: 4), try f.random([3, 7]))
    let (output, dOutput) = (try f.zeros([3, 7]), try f.random([3, 7]))
    let (dGate, dUp) = (try f.zeros([3, 7]), try f.zeros([3, 7]))
    f.backend.swiGLUBackward(
      outputGradient: dOutput, gate: gate, up: up, gateGradient: dGate, upGradient: dUp)
    func loss() -> Double {
      f.backend.swiGLU(gate: gate, up: up, output: output)
      return f.weightedSum(output, dOutput)
    }
    f.expectGradient(dGate, of: gate, "gate", loss: loss)
    f.expectGradient(dUp, of: up, "up", loss: loss)
  }

  /// Query heads, key-value heads, lengths of sequences, keys in a cache.
  @Test(arguments: [
    (4, 2, [5, 1, 8], 0), (3, 1, [4, 6], 0), (2, 2, [70, 3], 0), (4, 2, [3, 2], 4),
  ])
  func attention(heads: Int, keyHeads: Int, lengths: [Int], ahead: Int) throws {
    var f = try BackendFixture()
    let width = 4
    let tokens = lengths.reduce(0, +)
    let keys = tokens + ahead * lengths.count
    let sequences = try f.sequences(lengths, ahead: ahead)
    let (q, k) = (try f.random([tokens, heads, width]), try f.random([keys, keyHeads, width]))
    let v = try f.random([keys, keyHeads, width])
    let (output, dOutput) = (try f.zeros(like: q), try f.random([tokens, heads, width]))
    let logs = try f.zeros([tokens, heads])
    let scale: Float = 0.7
    func loss() -> Double {
      f.backend.attention(
        q, k, v, sequences: sequences, scale: scale, output: output, logSumExp: logs)
      return f.weightedSum(output, dOutput)
    }
    _ = loss()
    let (dq, dk, dv) = (try f.zeros(like: q), try f.zeros(like: k), try f.zeros(like: v))
    f.backend.attentionBackward(
      outputGradient: dOutput, q, k, v, output: output, logSumExp: logs, sequences: sequences,
      scale: scale, qGradient: dq, kGradient: dk, vGradient: dv)
    f.expectGradient(dq, of: q, "q", loss: loss)
    f.expectGradient(dk, of: k, "k", loss: loss)
    f.expectGradient(dv, of: v, "v", loss: loss)
  }

  enum Base: CaseIterable { case float32, bfloat16, nf4, nf4Double }

  @Test(arguments: Base.allCases, [0, 0.25] as [Float])
  func linearWithAdapter(base: Base, dropout: Float) throws {
    var f = try BackendFixture()
    let (tokens, inner, outer, rank) = (9, 6, 5, 2)
    let dense = try f.random([outer, inner])
    let weight: LinearWeight =
      switch base {
      case .float32: .dense(dense)
      case .bfloat16: .dense(try f.bfloat16(dense))
      case .nf4: .nf4(try f.backend.quantizeNF4(dense, doubleQuantization: false))
      case .nf4Double: .nf4(try f.backend.quantizeNF4(dense, doubleQuantization: true))
      }
    let adapter = LoRAWeights(
      a: try f.random([rank, inner]), b: try f.random([outer, rank]), scaling: 1.5,
      dropout: dropout)
    let layer = LinearLayer(weight: weight, bias: try f.random([outer]), adapter: adapter)
    let (x, dOutput) = (try f.random([tokens, inner]), try f.random([tokens, outer]))
    let (output, down) = (try f.zeros([tokens, outer]), try f.zeros([tokens, rank]))
    let random = CounterRandom(seed: 7, stream: 3)
    func loss() -> Double {
      f.backend.linear(layer, input: x, output: output, adapterInput: down, dropout: random)
      return f.weightedSum(output, dOutput)
    }
    _ = loss()
    var gradients = LinearGradients(
      bias: try f.zeros([outer]), a: try f.zeros(like: adapter.a),
      b: try f.zeros(like: adapter.b))
    if base == .float32 { gradients.weight = try f.zeros(like: dense) }
    let dx = try f.zeros(like: x)
    f.backend.linearBackward(
      layer, input: x, adapterInput: down, outputGradient: dOutput, inputGradient: dx,
      accumulate: false, gradients: gradients, scratch: try f.zeros([tokens, rank]),
      dropout: random)
    f.expectGradient(dx, of: x, "input", loss: loss)
    f.expectGradient(try #require(gradients.a), of: adapter.a, "A", loss: loss)
    f.expectGradient(try #require(gradients.b), of: adapter.b, "B", loss: loss)
    f.expectGradient(
      try #require(gradients.bias), of: try #require(layer.bias), "bias", loss: loss)
    if let gradient = gradients.weight {
      f.expectGradient(gradient, of: dense, "weight", loss: loss)
    }
  }

  @Test func linearAddsToGradientsThatAreThere() throws {
    var f = try BackendFixture()
    let (x, w) = (try f.random([4, 3]), try f.random([2, 3]))
    let dy = try f.random([4, 2])
    let (once, twice) = (try f.zeros(like: x), try f.zeros(like: x))
    let (onceW, twiceW) = (try f.zeros(like: w), try f.zeros(like: w))
    func back(_ dx: Tensor, _ dw: Tensor, accumulate: Bool) {
      f.backend.linearBackward(
        LinearLayer(weight: .dense(w)), input: x, adapterInput: nil, outputGradient: dy,
        inputGradient: dx, accumulate: accumulate, gradients: LinearGradients(weight: dw),
        scratch: nil, dropout: nil)
    }
    back(once, onceW, accumulate: false)
    back(twice, twiceW, accumulate: false)
    back(twice, twiceW, accumulate: true)
    // Doubling is exact, so the sums are too.
    #expect(f.values(twice) == f.values(once).map { 2 * $0 })
    #expect(f.values(twiceW) == f.values(onceW).map { 2 * $0 })
  }

  /// The head as a float32 matrix of its own or tied to the embedding, in bfloat16, or in NF4.
  @Test(arguments: Base.allCases)
  func crossEntropy(base: Base) throws {
    var f = try BackendFixture()
    let (tokens, width, words) = (7, 4, 11)
    let dense = try f.random([words, width], scale: 2)
    let head: LinearWeight =
      switch base {
      case .float32: .dense(dense)
      case .bfloat16: .dense(try f.bfloat16(dense))
      case .nf4: .nf4(try f.backend.quantizeNF4(dense, doubleQuantization: false))
      case .nf4Double: .nf4(try f.backend.quantizeNF4(dense, doubleQuantization: true))
      }
    let hidden = try f.random([tokens, width])
    let targets = try f.tensor([3, -100, 10, 0, 3, -1, 7])
    let weights = try f.tensor([1, 1, 0.5, 2, 0, 1, 1], [tokens])
    let normalizer: Float = 1 / 4.5
    func loss(_ gradients: CrossEntropyGradients?) throws -> Double {
      let loss = try f.zeros([1])
      f.backend.crossEntropy(
        hidden: hidden, head: head, targets: targets, weights: weights, normalizer: normalizer,
        loss: loss, gradients: gradients)
      return Double(f.values(loss)[0])
    }
    var gradients = CrossEntropyGradients(hidden: try f.random([tokens, width]))
    if base == .float32 { gradients.head = try f.zeros(like: dense) }
    let withGradients = try loss(gradients)
    #expect(withGradients == (try loss(nil)))
    try f.expectGradient(gradients.hidden, of: hidden, "hidden") { try loss(nil) }
    if let gradient = gradients.head {
      try f.expectGradient(gradient, of: dense, "head") { try loss(nil) }
    }
  }

  @Test func tiedHeadGetsBothGradients() throws {
    var f = try BackendFixture()
    let tokens = try f.tensor([1, 4, 1])
    let targets = try f.tensor([4, 1, 2])
    let (table, weights) = (try f.random([5, 3], scale: 2), try f.tensor([1, 1, 1], [3]))
    let hidden = try f.zeros([3, 3])
    func loss(_ gradients: CrossEntropyGradients?) throws -> Double {
      let loss = try f.zeros([1])
      f.backend.embed(tokens, table: table, output: hidden)
      f.backend.crossEntropy(
        hidden: hidden, head: .dense(table), targets: targets, weights: weights,
        normalizer: 1 / 3, loss: loss, gradients: gradients)
      return Double(f.values(loss)[0])
    }
    let gradients = CrossEntropyGradients(
      hidden: try f.zeros(like: hidden), head: try f.zeros(like: table))
    _ = try loss(gradients)
    let total = try #require(gradients.head)
    f.backend.embedBackward(tokens, outputGradient: gradients.hidden, tableGradient: total)
    try f.expectGradient(total, of: table, "table") { try loss(nil) }
  }
}
