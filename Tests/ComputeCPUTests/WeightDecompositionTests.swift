import Compute
import Testing

@testable import ComputeCPU

@Suite struct WeightDecompositionTests {
  @Test(arguments: [0, 1, 2])
  func normsAreThoseOfTheAdaptedRows(form: Int) throws {
    var f = try BackendFixture()
    let weight = try f.random([70, 33])
    let linear: LinearWeight =
      switch form {
      case 0: .dense(weight)
      case 1: .nf4(try f.backend.quantizeNF4(weight, doubleQuantization: true))
      default: .int8(try f.backend.quantizeInt8(weight))
      }
    let dense = try f.zeros([70, 33])
    switch linear {
    case .dense: f.backend.copy(weight, to: dense)
    case .nf4(let quantized): f.backend.dequantize(quantized, to: dense)
    case .int8(let quantized): f.backend.dequantize(quantized, to: dense)
    }
    let adapter = LoRAWeights(
      a: try f.random([3, 33]), b: try f.random([70, 3]), scaling: 0.7, dropout: 0)
    let norms = try f.zeros([70])
    f.backend.rowNorms(of: linear, adapter: adapter, to: norms)
    let (w, a, b) = (f.values(dense), f.values(adapter.a), f.values(adapter.b))
    for row in 0..<70 {
      var square = 0.0
      for column in 0..<33 {
        var value = Double(w[row * 33 + column])
        for r in 0..<3 { value += 0.7 * Double(b[row * 3 + r]) * Double(a[r * 33 + column]) }
        square += value * value
      }
      #expect(abs(Double(f.values(norms)[row]) - square.squareRoot()) < 1e-5 * square.squareRoot())
    }
  }

  @Test(arguments: [false, true])
  func scaledColumnsHaveTheirGradients(accumulate: Bool) throws {
    var f = try BackendFixture()
    let (z, dy) = (try f.random([70, 5]), try f.random([70, 5]))
    let magnitude = LoRAWeights.Magnitude(value: try f.random([5]), norms: try f.zeros([5]))
    let lengths: [Float] = [0.5, 1, 2, 3, 4]
    lengths.withUnsafeBytes { f.backend.upload($0, to: magnitude.norms) }
    let bias = try f.random([5])
    let (before, output) = (try f.random([70, 5]), try f.zeros([70, 5]))
    func loss() -> Double {
      f.backend.copy(before, to: output)
      f.backend.scaleColumns(z, by: magnitude, bias: bias, output: output, accumulate: accumulate)
      return f.weightedSum(output, dy)
    }
    let (dz, dm) = (try f.random([70, 5]), try f.zeros([5]))
    f.backend.scaleColumnsBackward(
      outputGradient: dy, input: z, magnitude: magnitude, inputGradient: dz, magnitudeGradient: dm)
    f.expectGradient(dz, of: z, "input", loss: loss)
    f.expectGradient(dm, of: magnitude.value, "magnitude", loss: loss)
  }

  @Test func dropoutSplitsItsInputAndPutsTheGradientsTogether() throws {
    var f = try BackendFixture()
    let x = try f.random([9, 7])
    let (kept, rest) = (try f.zeros([9, 7]), try f.zeros([9, 7]))
    let random = CounterRandom(seed: 5, stream: 6)
    f.backend.dropout(x, probability: 0.4, random: random, kept: kept, rest: rest)
    let (k, r, values) = (f.values(kept), f.values(rest), f.values(x))
    for i in 0..<63 {
      #expect(k[i] == values[i] * ReferenceElements.mask(random, i, probability: 0.4))
      #expect(r[i] == values[i] - k[i])
    }
    let (dk, dr) = (try f.random([9, 7]), try f.random([9, 7]))
    func loss() -> Double {
      f.backend.dropout(x, probability: 0.4, random: random, kept: kept, rest: rest)
      return f.weightedSum(kept, dk) + f.weightedSum(rest, dr)
    }
    let dx = try f.random([9, 7])
    f.backend.dropoutBackward(
      keptGradient: dk, restGradient: dr, probability: 0.4, random: random, inputGradient: dx,
      accumulate: false)
    f.expectGradient(dx, of: x, "input", loss: loss)
  }

  @Test func rowsAreCopiedToTheirPlaces() throws {
    var f = try BackendFixture()
    let (rows, table) = (try f.random([2, 3]), try f.random([5, 3]))
    let before = f.values(table)
    let places = try f.backend.makeTensor([2], .int32)
    [Int32(4), 1].withUnsafeBytes { f.backend.upload($0, to: places) }
    f.backend.copyRows(rows, to: table, at: places)
    let (after, new) = (f.values(table), f.values(rows))
    #expect(Array(after[12..<15]) == Array(new[0..<3]))
    #expect(Array(after[3..<6]) == Array(new[3..<6]))
    for row in [0, 2, 3] {
      #expect(Array(after[row * 3..<row * 3 + 3]) == Array(before[row * 3..<row * 3 + 3]))
    }
  }
}
