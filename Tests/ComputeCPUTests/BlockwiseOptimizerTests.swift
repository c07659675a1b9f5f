import Compute
import Fixtures
import Testing

@testable import ComputeCPU

/// AdamW with moments in 8 bits, against bitsandbytes 0.50.2 on the CPU.
@Suite struct BlockwiseOptimizerTests {
  private let f: BackendFixture

  init() throws { f = try BackendFixture() }

  @Test func codesAreThoseOfBitsandbytes() throws {
    guard let file = try FixtureFile(shared: "fixtures/quant_cpu.safetensors") else { return }
    #expect(DynamicCode.signed.values == (try file.floats("dyn8.map_signed")))
    #expect(DynamicCode.unsigned.values == (try file.floats("dyn8.map_unsigned")))
  }

  /// How far apart the codes of two moments are.
  private func distance(_ found: [UInt8], _ expected: [UInt8]) -> Int {
    zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  /// Five steps of `AdamW8bit`: moments within one code, scales and parameters within the rounding of
  /// a square root (0.75 units in torch, 0.5 here) and of the contraction of products.
  @Test(arguments: ["f32", "bf16"])
  func fiveStepsAreThoseOfBitsandbytes(type: String) throws {
    guard let file = try FixtureFile(shared: "fixtures/adamw8bit_\(type)_cpu.safetensors") else {
      return
    }
    let value = try f.tensor(file.floats("p0"), file.shape("p0"))
    let (first, second) = (try f.blockwiseMoment(value.count), try f.blockwiseMoment(value.count))
    let parameter = OptimizedParameter(
      value: value, gradient: try f.zeros(like: value),
      moments: .blockwise(first: first, second: second), weightDecay: 0.01)
    for step in 1...5 {
      f.set(parameter.gradient, try file.floats("grad\(step - 1)"))
      let settings = AdamWSettings(
        learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step,
        maxGradientNorm: 1)
      f.backend.adamW([parameter], settings: settings, norm: nil)
      // A bfloat16 parameter is rounded after each step.
      if type == "bf16" {
        f.set(value, try f.values(try f.bfloat16(value), roundedTo: value))
      }
      guard step % 2 == 1 else { continue }
      #expect(
        distance(f.bytes(first.codes), try file.bytes("state_after\(step).state1")) <= 1)
      #expect(
        distance(f.bytes(second.codes), try file.bytes("state_after\(step).state2")) <= 1)
      for (moment, name) in [(first, "absmax1"), (second, "absmax2")] {
        let expected = try file.floats("state_after\(step).\(name)")
        for (a, b) in zip(f.values(moment.absmax), expected) {
          #expect(abs(a - b) <= Float(step) * b * 0x1p-22, "\(name) after \(step)")
        }
      }
      let tolerance: Float = type == "bf16" ? 0x1p-8 : 0x1p-21
      for (a, b) in zip(f.values(value), try file.floats("p_after\(step)")) {
        #expect(abs(a - b) <= max(abs(b), 1e-3) * tolerance, "parameter after \(step)")
      }
    }
  }

  /// Below 4,096 elements bitsandbytes keeps float32 moments; the step is the ordinary one.
  @Test func smallTensorsTakeTheOrdinaryStep() throws {
    guard let file = try FixtureFile(shared: "fixtures/adamw8bit_f32_cpu.safetensors") else {
      return
    }
    let value = try f.tensor(file.floats("s0"), file.shape("s0"))
    #expect(value.count < BlockwiseMoment.smallestCount)
    let (first, second) = (try f.zeros(like: value), try f.zeros(like: value))
    let parameter = OptimizedParameter(
      value: value, gradient: try f.zeros(like: value), firstMoment: first, secondMoment: second,
      weightDecay: 0.01)
    for step in 1...5 {
      f.set(parameter.gradient, try file.floats("sgrad\(step - 1)"))
      let settings = AdamWSettings(
        learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step,
        maxGradientNorm: 1)
      f.backend.adamW([parameter], settings: settings, norm: nil)
      guard step % 2 == 1 else { continue }
      for (tensor, name) in [(first, "state1"), (second, "state2")] {
        let expected = try file.floats("sstate_after\(step).\(name)")
        let largest = expected.map { abs($0) }.max() ?? 0
        for (a, b) in zip(f.values(tensor), expected) {
          #expect(abs(a - b) <= largest * Float(step) * 0x1p-23, "\(name) after \(step)")
        }
      }
      for (a, b) in zip(f.values(value), try file.floats("s_after\(step)")) {
        #expect(abs(a - b) <= max(abs(b), 1e-3) * 0x1p-21, "parameter after \(step)")
      }
    }
  }

  @Test func aMomentThatIsNoNumberStaysVisible() throws {
    let value = try f.tensor([Float](repeating: 1, count: 512), [512])
    var gradient = [Float](repeating: 0.5, count: 512)
    gradient[300] = .nan
    let (first, second) = (try f.blockwiseMoment(512), try f.blockwiseMoment(512))
    let parameter = OptimizedParameter(
      value: value, gradient: try f.tensor(gradient, [512]),
      moments: .blockwise(first: first, second: second), weightDecay: 0)
    let settings = AdamWSettings(
      learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1, maxGradientNorm: 1)
    f.backend.adamW([parameter], settings: settings, norm: nil)
    #expect(f.values(first.absmax)[0].isFinite && f.values(first.absmax)[1].isNaN)
    #expect(f.values(value)[300].isNaN)
  }

  @Test func blocksOfZerosStayZero() throws {
    let codes = UnsafeMutablePointer<UInt8>.allocate(capacity: 4)
    defer { codes.deallocate() }
    #expect(DynamicCode.unsigned.quantize([0, 0, 0, 0], 4, to: codes) == 0)
    var values = [Float](repeating: 7, count: 4)
    DynamicCode.unsigned.dequantize(codes, 0, 4, to: &values)
    #expect(values == [0, 0, 0, 0])
  }
}

extension BackendFixture {
  /// The float32 values of a narrow tensor of `shape`'s shape.
  fileprivate func values(_ narrow: Tensor, roundedTo shape: Tensor) throws -> [Float] {
    let wide = try zeros(like: shape)
    backend.copy(narrow, to: wide)
    return values(wide)
  }
}
