import CTensorKernels
import Compute
import Foundation
import Testing

@testable import ComputeCPU

/// The loops around bfloat16 against their Swift twins, on every instruction set of this machine, with
/// and without the machine's own bfloat16 products.
@Suite struct BFloat16KernelTests {
  /// Every compiled form that runs here.
  private static var tables: [(name: String, table: ctensor_narrow)] {
    let sets = KernelTests.sets.map { ($0.rawValue, $0.narrow.pointee) }
    return sets + [("avx512 without bfloat16", InstructionSet.best.narrowWithoutProducts.pointee)]
  }

  private func random(_ count: Int, stream: UInt64, scale: Float = 2) -> [Float] {
    let random = CounterRandom(seed: 77, stream: stream)
    return (0..<count).map { (random.uniform($0) * 2 - 1) * scale }
  }

  private func matrix(_ rows: Int, _ columns: Int, stream: UInt64) -> [[Float]] {
    let values = random(rows * columns, stream: stream)
    return (0..<rows).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
  }

  private func transposed(_ x: [[Float]]) -> [[Float]] {
    x[0].indices.map { j in x.map { $0[j] } }
  }

  /// Rows, columns and the dimension that is summed over: around strips of 14 rows, panels of 32 columns,
  /// and pairs.
  private static let shapes = [
    (1, 1, 1), (2, 16, 3), (13, 17, 31), (14, 32, 32), (15, 33, 64), (16, 16, 65), (30, 70, 45),
    (57, 130, 100),
  ]

  @Test func wordsAndPanelsAreThoseOfTheTwins() {
    for (name, table) in Self.tables {
      for (m, n, k) in Self.shapes {
        let pairs = (k + 1) / 2
        let (a, b) = (matrix(m, k, stream: 1), matrix(k, n, stream: 2))
        let rows = a.flatMap { ReferenceBFloat16.words($0, scale: 0.5) }
        var found = [UInt32](repeating: 7, count: m * pairs)
        table.round_rows(Array(a.joined()), Int64(k), Int64(m), Int64(k), 0.5, &found, Int64(pairs))
        #expect(found == rows, "\(name) rows \(m) \(k)")
        found = [UInt32](repeating: 7, count: m * pairs)
        table.round_columns(
          Array(transposed(a).joined()), Int64(m), Int64(m), Int64(k), 0.5, &found, Int64(pairs))
        #expect(found == rows, "\(name) columns \(m) \(k)")
        let panels = ReferenceBFloat16.panels(b, scale: 0.5)
        var packed = [UInt32](repeating: 7, count: panels.count)
        table.pack(
          Array(b.joined()), Int64(n), Int64(k), Int64(n), 0.5, &packed, Int64(pairs), 0)
        #expect(packed == panels, "\(name) panels \(k) \(n)")
        packed = [UInt32](repeating: 7, count: panels.count)
        table.pack_transposed(
          Array(transposed(b).joined()), Int64(k), Int64(k), Int64(n), 0.5, &packed,
          Int64(pairs), 0)
        #expect(packed == panels, "\(name) transposed panels \(k) \(n)")
        let halves = b.joined().map { ReferenceElements.bfloat16($0 * 0.5) }
        packed = [UInt32](repeating: 7, count: panels.count)
        table.pack_halves(halves, Int64(n), Int64(k), Int64(n), &packed, Int64(pairs), 0)
        #expect(packed == panels, "\(name) panels of halves \(k) \(n)")
        found = [UInt32](repeating: 0, count: rows.count)
        let turned = transposed(a).joined().map { ReferenceElements.bfloat16($0 * 0.5) }
        table.turn_halves(turned, Int64(m), Int64(m), Int64(k), &found, Int64(pairs))
        #expect(found == rows, "\(name) turned halves \(m) \(k)")
      }
    }
  }

  /// Products of bfloat16 are exact in float32, so only the sums round: each of k additions by at most
  /// 2⁻²⁴ of a partial sum, which is below 4 k here.
  @Test func productsAreThoseOfTheTwin() {
    for (name, table) in Self.tables {
      for (m, n, k) in Self.shapes {
        let (a, b) = (matrix(m, k, stream: 3), matrix(k, n, stream: 4))
        let pairs = (k + 1) / 2
        let rows = a.flatMap { ReferenceBFloat16.words($0) }
        let panels = ReferenceBFloat16.panels(b)
        let factors = random(m, stream: 5)
        let expected = ReferenceBFloat16.product(a, b)
        var c = [Float](repeating: .nan, count: m * n)
        table.multiply(
          rows, Int64(pairs), panels, Int64(pairs), Int64(m), Int64(n), Int64(pairs), nil, false,
          &c, Int64(n))
        let first = c
        table.multiply(
          rows, Int64(pairs), panels, Int64(pairs), Int64(m), Int64(n), Int64(pairs), factors,
          true, &c, Int64(n))
        let tolerance = Double(k) * 0x1p-24 * 4 * Double(k)
        for i in 0..<m {
          for j in 0..<n {
            let (x, y) = (Double(first[i * n + j]), Double(c[i * n + j]))
            let sum = expected[i][j]
            #expect(abs(x - sum) <= tolerance, "\(name) [\(i), \(j)] of \(m) \(n) \(k)")
            #expect(
              abs(y - sum * (1 + Double(factors[i]))) <= 4 * tolerance,
              "\(name) with factors [\(i), \(j)] of \(m) \(n) \(k)")
          }
        }
      }
    }
  }

  @Test func theQuickExponentialIsWithinItsBoundAndEndsAsItShould() {
    let x = stride(from: Float(-87.2), through: 88.2, by: 0.003).map { $0 }
    let ends: [Float] = [-.infinity, -90, 89, .infinity, .nan, 0]
    for (name, table) in Self.tables {
      var y = [Float](repeating: 0, count: x.count)
      table.quick_exponential(x, &y, Int64(x.count))
      let error = zip(x, y).map { abs(Double($1) / exp(Double($0)) - 1) }.max() ?? 1
      #expect(error < 4e-7, "\(name): \(error)")
      var z = [Float](repeating: 0, count: ends.count)
      table.quick_exponential(ends, &z, Int64(ends.count))
      #expect(z[0] == 0 && z[1] == 0 && z[2] == .infinity && z[3] == .infinity, "\(name)")
      #expect(z[4].isNaN && z[5] == 1, "\(name)")
    }
  }

  @Test func theSoftmaxOfABlockIsThatOfTheTwin() {
    for (name, table) in Self.tables {
      for (width, seen) in [
        (16, 0..<16), (40, 3..<37), (64, 0..<1), (33 + 1, 20..<33), (16, 5..<5),
      ] {
        let scores = random(width, stream: 6, scale: 4)
        var (maximum, sum) = (Float(1), Float(2))
        var p = [UInt16](repeating: 7, count: width)
        let correction = table.softmax_block(
          scores, Int64(seen.lowerBound), Int64(seen.upperBound), Int64(width), 0.5, &maximum,
          &sum, &p)
        let twin = ReferenceRows.softmax(Array(scores[seen]), scale: 0.5, maximum: 1)
        let values = p.map { Double(Float(bitPattern: UInt32($0) << 16)) }
        for j in 0..<width {
          let expected = seen.contains(j) ? twin.exponentials[j - seen.lowerBound] : 0
          #expect(abs(values[j] - expected) <= expected * 0x1p-8, "\(name) \(width) [\(j)]")
        }
        #expect(abs(Double(maximum) - twin.maximum) < 1e-6, "\(name) \(width)")
        #expect(abs(Double(correction) - exp(1 - twin.maximum)) < 1e-6, "\(name) \(width)")
        let total = 2 * Double(correction) + values.reduce(0, +)
        #expect(abs(Double(sum) - total) <= 1e-6 * total, "\(name) \(width)")
      }
    }
  }

  @Test func theGradientsOfABlockAreThoseOfTheTwin() {
    for (name, table) in Self.tables {
      for (width, seen) in [(16, 0..<16), (40, 3..<37), (64, 63..<64), (32, 9..<9)] {
        let (scores, gradients) = (random(width, stream: 8), random(width, stream: 9))
        let (logs, dots) = (random(width, stream: 10), random(width, stream: 11))
        var p = [UInt16](repeating: 7, count: width)
        var ds = p
        table.softmax_block_backward(
          scores, gradients, Int64(seen.lowerBound), Int64(seen.upperBound), Int64(width), 0.7,
          logs, dots, &p, &ds)
        let twin = ReferenceBFloat16.softmaxBackward(
          scores, gradients, seen: seen, scale: 0.7, logs: logs, dots: dots)
        for j in 0..<width {
          let (a, b) = (
            Double(Float(bitPattern: UInt32(p[j]) << 16)),
            Double(Float(bitPattern: UInt32(ds[j]) << 16))
          )
          #expect(abs(a - twin.p[j]) <= 0x1p-8 * twin.p[j], "\(name) p [\(j)] of \(width)")
          #expect(
            abs(b - twin.ds[j]) <= 0x1p-8 * abs(twin.ds[j]) + 1e-6, "\(name) ds [\(j)] of \(width)")
        }
      }
    }
  }

  @Test func theExponentialsOfLogitsAreThoseOfTheTwin() {
    for (name, table) in Self.tables {
      for n in [1, 15, 16, 33, 512] {
        let logits = random(n, stream: 12, scale: 9)
        var p = [UInt16](repeating: 7, count: n + 1)
        var sum: Float = 0
        let maximum = table.exponentials(logits, Int64(n), &sum, &p)
        #expect(maximum == logits.max(), "\(name)")
        let expected = logits.map { exp(Double($0) - Double(maximum)) }
        #expect(abs(Double(sum) / expected.reduce(0, +) - 1) < 1e-6, "\(name) \(n)")
        for (a, b) in zip(p, expected) {
          #expect(abs(Double(Float(bitPattern: UInt32(a) << 16)) - b) <= 0x1p-8 * b)
        }
        #expect(p[n] == (n % 2 == 1 ? 0 : 7), "\(name) \(n)")
      }
    }
  }
}
