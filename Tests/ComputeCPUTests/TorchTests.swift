import Compute
import Testing

@testable import ComputeCPU

/// Operations and their gradients against torch (`tools/fixtures/make_operations_fixture.py`).
///
/// The fixture is float64 rounded to float32. Sums of at most 70 products of numbers of size 1 stay
/// within `√70 · 4 · 2⁻²⁴ ≈ 2e-6` of it in float32; the tolerance is 1e-5, relative to the largest
/// element.
@Suite struct TorchTests {
  private let f: BackendFixture
  private let file: FixtureFile

  init() throws {
    f = try BackendFixture()
    file = try FixtureFile(committed: "operations.safetensors")
  }

  private func tensor(_ name: String) throws -> Tensor {
    try f.tensor(file.floats(name), file.shape(name))
  }

  private func expect(
    _ tensor: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (found, expected) = (f.values(tensor), try file.floats(name))
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let largest = max(1, expected.map { abs($0) }.max() ?? 0)
    let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(error <= 1e-5 * largest, "\(name): off by \(error)", sourceLocation: sourceLocation)
  }

  @Test func attention() throws {
    let (q, k, v) = (
      try tensor("attention.q"), try tensor("attention.k"), try tensor("attention.v")
    )
    let sequences = try f.sequences([70, 1, 13])
    let (output, logs) = (try f.zeros(like: q), try f.zeros([84, 6]))
    f.backend.attention(q, k, v, sequences: sequences, scale: 0.3, output: output, logSumExp: logs)
    try expect(output, "attention.output")
    let (dq, dk, dv) = (try f.zeros(like: q), try f.zeros(like: k), try f.zeros(like: v))
    f.backend.attentionBackward(
      outputGradient: try tensor("attention.output_gradient"), q, k, v, output: output,
      logSumExp: logs, sequences: sequences, scale: 0.3, qGradient: dq, kGradient: dk,
      vGradient: dv)
    try expect(dq, "attention.q.gradient")
    try expect(dk, "attention.k.gradient")
    try expect(dv, "attention.v.gradient")
  }

  @Test func norm() throws {
    let (x, weight) = (try tensor("norm.residual"), try tensor("norm.weight"))
    let (sum, output, inverse) = (try f.zeros(like: x), try f.zeros(like: x), try f.zeros([9]))
    f.backend.rmsNorm(
      residual: x, delta: try tensor("norm.delta"), weight: weight, epsilon: 1e-5, sum: sum,
      output: output, inverse: inverse)
    try expect(output, "norm.output")
    let (dSum, dWeight) = (try f.zeros(like: x), try f.zeros(like: weight))
    f.backend.rmsNormBackward(
      outputGradient: try tensor("norm.output_gradient"), sum: sum, inverse: inverse,
      weight: weight, sumGradient: dSum, weightGradient: dWeight)
    try expect(dSum, "norm.residual.gradient")
    try expect(dWeight, "norm.weight.gradient")
  }

  @Test func gate() throws {
    let (gate, up) = (try tensor("gate.gate"), try tensor("gate.up"))
    let (output, dGate, dUp) = (
      try f.zeros(like: gate), try f.zeros(like: gate), try f.zeros(like: gate)
    )
    f.backend.swiGLU(gate: gate, up: up, output: output)
    try expect(output, "gate.output")
    f.backend.swiGLUBackward(
      outputGradient: try tensor("gate.output_gradient"), gate: gate, up: up, gateGradient: dGate,
      upGradient: dUp)
    try expect(dGate, "gate.gate.gradient")
    try expect(dUp, "gate.up.gradient")
  }

  @Test func linear() throws {
    let (x, dy) = (try tensor("linear.input"), try tensor("linear.output_gradient"))
    let weight = try tensor("linear.weight")
    let adapter = LoRAWeights(
      a: try tensor("linear.a"), b: try tensor("linear.b"), scaling: 2, dropout: 0)
    let layer = LinearLayer(
      weight: .dense(weight), bias: try tensor("linear.bias"), adapter: adapter)
    let (output, down) = (try f.zeros([11, 12]), try f.zeros([11, 4]))
    f.backend.linear(layer, input: x, output: output, adapterInput: down, dropout: nil)
    try expect(output, "linear.output")
    let (dx, dw, db) = (try f.zeros(like: x), try f.zeros(like: weight), try f.zeros([12]))
    let (dA, dB) = (try f.zeros(like: adapter.a), try f.zeros(like: adapter.b))
    f.backend.linearBackward(
      layer, input: x, adapterInput: down, outputGradient: dy, inputGradient: dx,
      accumulate: false, gradients: LinearGradients(weight: dw, bias: db, a: dA, b: dB),
      scratch: try f.zeros([11, 4]), dropout: nil)
    try expect(dx, "linear.input.gradient")
    try expect(dw, "linear.weight.gradient")
    try expect(db, "linear.bias.gradient")
    try expect(dA, "linear.a.gradient")
    try expect(dB, "linear.b.gradient")
  }

  @Test func crossEntropy() throws {
    let (hidden, head) = (try tensor("loss.hidden"), try tensor("loss.head"))
    let loss = try f.zeros([1])
    let gradients = CrossEntropyGradients(
      hidden: try f.zeros(like: hidden), head: try f.zeros(like: head))
    f.backend.crossEntropy(
      hidden: hidden, head: .dense(head), targets: try f.tensor(file.integers("loss.targets")),
      weights: try tensor("loss.weights"), normalizer: 1 / 3.75, loss: loss, gradients: gradients)
    try expect(loss, "loss.output")
    try expect(gradients.hidden, "loss.hidden.gradient")
    try expect(try #require(gradients.head), "loss.head.gradient")
  }

  /// Expects parameters to lie as near to torch's as its square root allows: torch takes it from MKL,
  /// up to 0.75 units off, ours is rounded correctly. So a step may move a parameter by one unit of
  /// its own size, or of its update's.
  private func expectParameters(
    _ tensor: Tensor, _ expected: [Float], afterSteps steps: Int, learningRate: Float,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (a, b) in zip(f.values(tensor), expected) {
      let unit = max(abs(b), 2 * learningRate) * 0x1p-23
      #expect(abs(a - b) <= Float(steps) * unit, sourceLocation: sourceLocation)
    }
  }

  @Test func adamWWithClipping() throws {
    let parameters = try (0..<2).map { i in
      let value = try tensor("adamw.\(i).start")
      return OptimizedParameter(
        value: value, gradient: try f.zeros(like: value), firstMoment: try f.zeros(like: value),
        secondMoment: try f.zeros(like: value), weightDecay: i == 0 ? 0.1 : 0)
    }
    let norm = try f.zeros([1])
    for step in 0..<3 {
      for i in 0..<2 {
        f.set(parameters[i].gradient, try file.floats("adamw.\(i).gradient\(step)"))
      }
      f.backend.gradientNorm(parameters.map(\.gradient), norm: norm)
      try expect(norm, "adamw.norm\(step)")
      let settings = AdamWSettings(
        learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: step + 1,
        maxGradientNorm: 1)
      f.backend.adamW(parameters, settings: settings, norm: norm)
      for i in 0..<2 {
        expectParameters(
          parameters[i].value, try file.floats("adamw.\(i).after\(step)"), afterSteps: step + 1,
          learningRate: 1e-2)
      }
    }
  }

  @Test func adamWEqualsTheSharedFixture() throws {
    guard let file = try FixtureFile(shared: "fixtures/adamw8bit_f32_cpu.safetensors") else {
      return
    }
    let value = try f.tensor(file.floats("p0"), file.shape("p0"))
    let parameter = OptimizedParameter(
      value: value, gradient: try f.zeros(like: value), firstMoment: try f.zeros(like: value),
      secondMoment: try f.zeros(like: value), weightDecay: 0.01)
    for step in 1...5 {
      f.set(parameter.gradient, try file.floats("grad\(step - 1)"))
      let settings = AdamWSettings(
        learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step,
        maxGradientNorm: 1)
      f.backend.adamW([parameter], settings: settings, norm: nil)
      if step % 2 == 1 {
        expectParameters(
          value, try file.floats("torch32_p_after\(step)"), afterSteps: step, learningRate: 1e-3)
      }
    }
  }
}
