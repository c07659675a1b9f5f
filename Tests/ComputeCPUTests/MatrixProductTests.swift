import Compute
import Testing

@testable import ComputeCPU

/// Products of our own, on every instruction set of this machine.
@Suite struct MatrixProductTests {
  private let scratch = Scratch()

  /// Rows, columns, inner: single elements, edges of every block, several stretches and packs.
  private static let shapes = [
    (1, 1, 1), (3, 5, 40), (4, 33, 300), (5, 17, 7), (14, 32, 256), (15, 33, 257), (29, 40, 270),
    (113, 31, 16), (7, 257, 20),
  ]

  /// The elements of a stored matrix, spread over −1 ..< 1.
  private func values(_ count: Int, _ stream: UInt64) -> [Float] {
    let random = CounterRandom(seed: 5, stream: stream)
    return (0..<count).map { Float(random.bits(UInt64($0)).0 >> 8) * 0x1p-23 - 1 }
  }

  /// `c (+)= scale * op(a) op(b)` on `isa`, of the matrices as they are stored.
  private func product(
    _ isa: InstructionSet, _ a: [Float], _ b: [Float], _ c: [Float], rows: Int, columns: Int,
    inner: Int, transposed: (Bool, Bool) = (false, false), scale: Float = 1,
    accumulate: Bool = false
  ) throws -> [Float] {
    let product = try MatrixProduct(.builtin, isa: isa)
    var (a, b, c) = (a, b, c)
    a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          product.multiply(
            Matrix(a, stride: transposed.0 ? rows : inner, isTransposed: transposed.0),
            Matrix(b, stride: transposed.1 ? inner : columns, isTransposed: transposed.1),
            to: Matrix(c, stride: columns), rows: rows, columns: columns, inner: inner,
            scale: scale, accumulate: accumulate, scratch: scratch)
        }
      }
    }
    return c
  }

  @Test(arguments: KernelTests.sets)
  func multipliesBothWays(isa: InstructionSet) throws {
    // [1 2] [5 6]   [19 22]
    // [3 4] [7 8] = [43 50]
    let (a, b): ([Float], [Float]) = ([1, 2, 3, 4], [5, 6, 7, 8])
    let zeros = [Float](repeating: 0, count: 4)
    let plain = try product(isa, a, b, zeros, rows: 2, columns: 2, inner: 2)
    #expect(plain == [19, 22, 43, 50])
    let turned = try product(
      isa, [1, 3, 2, 4], [5, 7, 6, 8], [1, 1, 1, 1], rows: 2, columns: 2, inner: 2,
      transposed: (true, true), scale: 2, accumulate: true)
    #expect(turned == [39, 45, 87, 101])
  }

  /// A sum of k products in float32, in any order, is off by at most k + 2 roundings of the sum of
  /// their sizes. Source: Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 3.1.
  @Test(arguments: KernelTests.sets)
  func agreesWithSumsInDoublePrecision(isa: InstructionSet) throws {
    for (rows, columns, inner) in Self.shapes {
      let (a, b) = (values(rows * inner, 1), values(inner * columns, 2))
      let start = values(rows * columns, 3)
      for transposed in [(false, false), (false, true), (true, false), (true, true)] {
        let found = try product(
          isa, a, b, start, rows: rows, columns: columns, inner: inner, transposed: transposed,
          scale: 0.5, accumulate: true)
        var worst = 0.0
        for i in 0..<rows {
          for j in 0..<columns {
            var (sum, size) = (0.0, 0.0)
            for p in 0..<inner {
              let x = Double(transposed.0 ? a[p * rows + i] : a[i * inner + p])
              let y = Double(transposed.1 ? b[j * inner + p] : b[p * columns + j])
              (sum, size) = (sum + x * y, size + abs(x * y))
            }
            let place = i * columns + j
            let bound = Double(inner + 2) * 0x1p-24 * (0.5 * size + abs(Double(start[place])))
            let wanted = Double(start[place]) + 0.5 * sum
            worst = max(worst, abs(Double(found[place]) - wanted) / bound)
          }
        }
        #expect(worst <= 1, "\(isa), \(rows) x \(columns) x \(inner), \(transposed)")
      }
    }
  }

  /// A part of the rows and columns by itself has the bits it has in the whole.
  @Test(arguments: KernelTests.sets)
  func bitsDoNotDependOnTheCut(isa: InstructionSet) throws {
    let (rows, columns, inner) = (120, 40, 300)
    let (a, b) = (values(rows * inner, 1), values(inner * columns, 2))
    let zeros = [Float](repeating: 0, count: rows * columns)
    let whole = try product(isa, a, b, zeros, rows: rows, columns: columns, inner: inner)
    for part in [0..<5, 7..<21, 100..<120] {
      let found = try product(
        isa, Array(a[part.lowerBound * inner..<part.upperBound * inner]), b,
        Array(zeros.prefix(part.count * columns)), rows: part.count, columns: columns, inner: inner)
      #expect(
        found == Array(whole[part.lowerBound * columns..<part.upperBound * columns]), "\(part)")
    }
  }
}
