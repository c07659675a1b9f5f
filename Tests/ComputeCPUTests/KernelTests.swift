import CTensorKernels
import Compute
import Foundation
import Testing

@testable import ComputeCPU

/// Each C kernel against its Swift twin, on every instruction set of this machine; and the
/// instruction sets against each other, bit for bit.
@Suite struct KernelTests {
  /// The instruction sets that this machine has.
  static var sets: [InstructionSet] {
    let all = InstructionSet.allCases
    return Array(all[...(all.firstIndex(of: .best) ?? 0)])
  }

  /// Lengths around the 16 elements of a vector.
  static let lengths = [1, 2, 15, 16, 17, 31, 33, 64, 200]

  private func random(_ count: Int, stream: UInt64, scale: Float = 2) -> [Float] {
    let random = CounterRandom(seed: 99, stream: stream)
    return (0..<count).map { (random.uniform($0) * 2 - 1) * scale }
  }

  /// Runs `body` with each instruction set, and expects the same bits from all.
  private func onAllSets(_ body: (ctensor_kernels) -> [[Float]]) -> [[Float]] {
    let results = Self.sets.map { body($0.kernels.pointee) }
    for (set, result) in zip(Self.sets, results) {
      let bits = result.map { $0.map(\.bitPattern) }
      #expect(bits == results[0].map { $0.map(\.bitPattern) }, "\(set) differs from scalar")
    }
    return results[0]
  }

  /// Expects `found` to lie within `ulps` float32 units of `expected`, each unit of the size of the
  /// value or of `floor`, whichever is larger.
  private func expectNear(
    _ found: [Float], _ expected: [Double], ulps: Double, floor: Double = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count)
    for (i, (a, b)) in zip(found, expected).enumerated() {
      let unit = max(abs(b), floor) * 0x1p-23
      #expect(
        abs(Double(a) - b) <= ulps * unit, "[\(i)]: \(a) and \(b)", sourceLocation: sourceLocation)
    }
  }

  @Test func exponentialIsWithinTwoUnits() {
    // 200,000 floats spread over the range where the result is a normal number.
    let x = stride(from: Float(-87.3), through: 88.3, by: 0.000878).map { $0 }
    let y = onAllSets { kernels in
      var y = [Float](repeating: 0, count: x.count)
      kernels.exponential(x, &y, Int64(x.count))
      return [y]
    }[0]
    expectNear(y, x.map { exp(Double($0)) }, ulps: 2)
  }

  @Test func exponentialEndsAsItShould() {
    let x: [Float] = [-.infinity, -1e30, -87.34, 0, -0.0, 88.4, .infinity]
    let y = onAllSets { kernels in
      var y = [Float](repeating: 7, count: x.count)
      kernels.exponential(x, &y, Int64(x.count))
      return [y]
    }[0]
    #expect(y == [0, 0, 0, 1, 1, .infinity, .infinity])
    var (nan, result): ([Float], [Float]) = ([.nan], [0])
    InstructionSet.best.kernels.pointee.exponential(&nan, &result, 1)
    #expect(result[0].isNaN)
  }

  @Test(arguments: lengths) func sumsAndProducts(n: Int) {
    let (x, y) = (random(n, stream: 1), random(n, stream: 2))
    let results = onAllSets { kernels in
      var (sum, scaled) = (y, y)
      kernels.add(x, &sum, Int64(n))
      kernels.scale(&scaled, 0.3, Int64(n))
      return [sum, scaled, [kernels.dot(x, y, Int64(n))]]
    }
    #expect(results[0] == zip(x, y).map { $0 + $1 })
    #expect(results[1] == y.map { $0 * 0.3 })
    let dot = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    // n / 16 additions a lane and four more, each rounding sums of size √n or less.
    expectNear([results[2][0]], [dot], ulps: Double(n) / 16 + 5, floor: Double(n).squareRoot() * 4)
  }

  @Test(arguments: lengths) func sumOfSquaresIsDouble(n: Int) {
    let x = random(n, stream: 3)
    let expected = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    let sums = Self.sets.map { $0.kernels.pointee.sum_of_squares(x, Int64(n)) }
    #expect(sums.allSatisfy { $0 == sums[0] })
    #expect(abs(sums[0] - expected) <= expected * Double(n) * 0x1p-53)
  }

  @Test func bfloat16RoundsToNearestEven() {
    let x: [Float] =
      [
        0, -0.0, 1, 1.00390625, 1.01171875, 3.4e38, .infinity, -.infinity, .nan,
        .leastNonzeroMagnitude, 0.1,
      ]
      + random(1000, stream: 4)
    for set in Self.sets {
      var halves = [UInt16](repeating: 0, count: x.count)
      set.kernels.pointee.float_to_bfloat16(x, &halves, Int64(x.count))
      #expect(halves == x.map(ReferenceElements.bfloat16))
      var back = [Float](repeating: 0, count: x.count)
      set.kernels.pointee.bfloat16_to_float(halves, &back, Int64(x.count))
      #expect(back.map(\.bitPattern) == halves.map { UInt32($0) << 16 })
    }
  }

  /// All 65,536 half-precision numbers, and the midpoints between neighbours.
  @Test func float16ConvertsLikeTheProcessor() {
    let halves = (0...UInt16.max).map { $0 }
    for set in Self.sets {
      let kernels = set.kernels.pointee
      var wide = [Float](repeating: 0, count: halves.count)
      kernels.float16_to_float(halves, &wide, Int64(halves.count))
      for (half, value) in zip(halves, wide) {
        let expected = Float(Float16(bitPattern: half))
        #expect(value.isNaN ? expected.isNaN : value.bitPattern == expected.bitPattern)
      }
      let finite = wide.filter(\.isFinite).sorted()
      var x = finite + zip(finite, finite.dropFirst()).map { ($0 + $1) / 2 }
      x += [65_519.99, 65_520, 1e30, -1e30, 1e-9, 0x1p-25, .infinity, .nan]
      var narrow = [UInt16](repeating: 0, count: x.count)
      kernels.float_to_float16(x, &narrow, Int64(x.count))
      for (value, half) in zip(x, narrow) {
        let (a, b) = (Float16(bitPattern: half), Float16(value))
        #expect(a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern, "\(value)")
      }
    }
  }

  @Test(arguments: lengths) func rmsNorm(n: Int) {
    let (x, delta, w) = (random(n, stream: 5), random(n, stream: 6), random(n, stream: 7))
    let results = onAllSets { kernels in
      var (sum, output) = ([Float](repeating: 0, count: n), [Float](repeating: 0, count: n))
      let inverse = kernels.rms_norm(x, delta, w, 1e-5, &sum, &output, Int64(n))
      return [sum, output, [inverse]]
    }
    let expected = ReferenceRows.rmsNorm(residual: x, delta: delta, weight: w, epsilon: 1e-5)
    #expect(results[0] == expected.sum)
    // n / 16 + 4 additions of positive numbers, then a root, two divisions and two products.
    expectNear(results[1], expected.output, ulps: Double(n) / 16 + 6)
    expectNear(results[2], [expected.inverse], ulps: Double(n) / 16 + 6)
  }

  @Test(arguments: lengths) func rmsNormBackward(n: Int) {
    let (dy, sum, w) = (random(n, stream: 8), random(n, stream: 9), random(n, stream: 10))
    let results = onAllSets { kernels in
      var (ds, dw) = ([Float](repeating: 0, count: n), [Float](repeating: 0, count: n))
      kernels.rms_norm_backward(dy, sum, 0.7, w, &ds, &dw, Int64(n))
      return [ds, dw]
    }
    let expected = ReferenceRows.rmsNormBackward(
      outputGradient: dy, sum: sum, inverse: Double(Float(0.7)), weight: w)
    expectNear(results[0], expected.sum, ulps: Double(n) / 16 + 8, floor: 4)
    expectNear(results[1], expected.weight, ulps: 2)
  }

  @Test func rotationIsExact() {
    let (x, table) = (random(24, stream: 11), random(8, stream: 12))
    for inverse in [false, true] {
      let found = onAllSets { kernels in
        var y = x
        kernels.rotate(&y, table, 3, 8, inverse)
        return [y]
      }[0]
      let expected = (0..<3).flatMap {
        ReferenceElements.rotate(Array(x[$0 * 8..<$0 * 8 + 8]), table: table, inverse: inverse)
      }
      #expect(found == expected)
    }
  }

  @Test(arguments: lengths) func gate(n: Int) {
    let (gate, up) = (random(n, stream: 13, scale: 20), random(n, stream: 14))
    let dy = random(n, stream: 15)
    let results = onAllSets { kernels in
      let zeros = [Float](repeating: 0, count: n)
      var (y, dGate, dUp) = (zeros, zeros, zeros)
      kernels.swiglu(gate, up, &y, Int64(n))
      kernels.swiglu_backward(dy, gate, up, &dGate, &dUp, Int64(n))
      return [y, dGate, dUp]
    }
    // The exponential's 2 units and five operations; 1 - sigmoid cancels, hence the floor.
    expectNear(results[0], zip(gate, up).map(ReferenceElements.swiGLU), ulps: 6)
    let expected = (0..<n).map {
      ReferenceElements.swiGLUBackward(outputGradient: dy[$0], gate: gate[$0], up: up[$0])
    }
    expectNear(results[1], expected.map(\.gate), ulps: 8, floor: 40)
    expectNear(results[2], expected.map(\.up), ulps: 6)
  }

  @Test(arguments: lengths) func runningSoftmax(n: Int) {
    let scores = random(n, stream: 16, scale: 8)
    for (valid, start) in [(n, -Float.infinity), (max(1, n - 3), -Float.infinity), (n, 20), (0, 1)]
    {
      let results = onAllSets { kernels in
        var (row, maximum, sum): ([Float], Float, Float) = (scores, start, 3)
        let correction = kernels.softmax_block(
          &row, Int64(valid), Int64(n), 0.5, &maximum, &sum)
        return [row, [maximum, sum, correction]]
      }
      guard valid > 0 else {
        #expect(results == [[Float](repeating: 0, count: n), [start, 3, 1]])
        continue
      }
      let expected = ReferenceRows.softmax(
        Array(scores[..<valid]), scale: 0.5, maximum: Double(start))
      // An argument of up to 28 is rounded at its own size before its exponential is taken.
      expectNear(Array(results[0][..<valid]), expected.exponentials, ulps: 32)
      #expect(results[0][valid...].allSatisfy { $0 == 0 })
      let correction = exp(Double(start) - expected.maximum)
      expectNear(
        results[1], [expected.maximum, 3 * correction + expected.sum, correction], ulps: 32)
    }
  }

  @Test(arguments: lengths) func softmaxBackward(n: Int) {
    let (scores, dp) = (random(n, stream: 17, scale: 8), random(n, stream: 18))
    let valid = (n + 1) / 2
    let results = onAllSets { kernels in
      var (p, ds) = (scores, dp)
      kernels.softmax_block_backward(&p, &ds, Int64(valid), Int64(n), 0.5, 3, 0.25)
      return [p, ds]
    }
    let p = scores.map { exp(Double($0) * 0.5 - 3) }
    expectNear(Array(results[0][..<valid]), Array(p[..<valid]), ulps: 12)
    let ds = zip(p, dp).map { 0.5 * $0 * (Double($1) - 0.25) }
    expectNear(Array(results[1][..<valid]), Array(ds[..<valid]), ulps: 16)
    #expect((results[0][valid...] + results[1][valid...]).allSatisfy { $0 == 0 })
  }

  @Test(arguments: lengths) func crossEntropy(n: Int) {
    let logits = random(n, stream: 19, scale: 6)
    let target = n / 2
    let results = onAllSets { kernels in
      var row = logits
      let loss = kernels.cross_entropy(&row, Int64(n), Int64(target), 0.125, true)
      return [[loss], row]
    }
    let expected = ReferenceRows.crossEntropy(logits, target: target, weight: 0.125)
    // The loss is a difference of numbers of size 12; gradients have the exponential's error.
    expectNear(results[0], [expected.loss], ulps: 4, floor: 12)
    expectNear(results[1], expected.gradient, ulps: Double(n) / 16 + 16, floor: 0.125)
  }

  @Test func nf4IsExact() {
    let packed = (0..<160).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    let scales = random(5, stream: 20)
    for (start, n) in [(0, 320), (64, 64), (3, 200), (130, 61), (319, 1)] {
      let found = onAllSets { kernels in
        var y = [Float](repeating: 0, count: n)
        kernels.dequantize_nf4(
          packed, NF4Code.values, Array(scales[(start / 64)...]), Int64(start), &y, Int64(n))
        return [y]
      }[0]
      #expect(
        found
          == (start..<start + n).map {
            ReferenceElements.nf4(packed: packed, scales: scales, $0)
          })
    }
  }

  @Test func scalesOfScalesAreExact() {
    let codes = (0..<600).map { UInt8(truncatingIfNeeded: $0 * 41) }
    let nested: [Float] = [0.5, 1.25, 0.375]
    let found = onAllSets { kernels in
      var y = [Float](repeating: 0, count: 500)
      kernels.dequantize_scales(codes, DynamicCode.values, nested, 0.1, 77, &y, 500)
      return [y]
    }[0]
    #expect(found == (77..<577).map { DynamicCode.values[Int(codes[$0])] * nested[$0 / 256] + 0.1 })
  }

  @Test(arguments: lengths) func dropoutMaskIsThatOfCounterRandom(n: Int) {
    let random = CounterRandom(seed: 0x1234_5678_9ABC, stream: 0xDEF0_1234_5678)
    let x = self.random(n, stream: 21)
    for start in [0, 1, 6, 4096, (1 << 34) + 3] {
      let results = onAllSets { kernels in
        var mask = ctensor_dropout(seed: random.seed, stream: random.stream, probability: 0.3)
        var (y, sum) = ([Float](repeating: 0, count: n), x)
        kernels.dropout(&mask, Int64(start), x, &y, Int64(n))
        kernels.dropout_add(&mask, Int64(start), x, &sum, Int64(n))
        return [y, sum]
      }
      let expected = x.enumerated().map {
        $1 * ReferenceElements.mask(random, start + $0, probability: 0.3)
      }
      #expect(results[0] == expected)
      #expect(results[1] == zip(x, expected).map { $0 + $1 })
    }
  }

  @Test(arguments: lengths) func adamWIsExact(n: Int) {
    let (p, g) = (random(n, stream: 22), random(n, stream: 23))
    let (m, v) = (random(n, stream: 24), random(n, stream: 25).map { $0 * $0 })
    let settings = AdamWSettings(
      learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 7, maxGradientNorm: 1)
    let results = onAllSets { kernels in
      var step = ctensor_adamw(settings, weightDecay: 0.01)
      step.gradient_scale = 0.8
      var (p, m, v) = (p, m, v)
      kernels.adamw(&step, &p, g, &m, &v, Int64(n))
      return [p, m, v]
    }
    let expected = (0..<n).map {
      ReferenceElements.adamW(
        p: p[$0], gradient: g[$0], m: m[$0], v: v[$0], settings: settings, weightDecay: 0.01,
        scale: 0.8)
    }
    #expect(results == [expected.map(\.p), expected.map(\.m), expected.map(\.v)])
  }
}
