/// The mean of float32 values with the bits that torch's CPU path gives.
///
/// torch adds a contiguous row in eight-lane vectors, four of them side by side, and in a cascade of
/// levels that keeps rounding errors small; fewer values than a vector has, one by one, four side by side. With several threads torch cuts sums of more than 32,768
/// values into one part for each thread; the order here is that of one thread. Source: `aten/src/ATen/native/cpu/SumKernel.cpp`,
/// `cascade_sum` with `row_sum` and `multi_row_sum`, and
/// `scalar_inner_sum`.
enum TorchSum {
  /// Lanes of a vector: torch compiles this kernel for AVX2 even where AVX-512 is there.
  private static let lanes = 8
  /// Vectors that are added side by side.
  private static let side = 4

  /// The sum divided by the number of values.
  static func mean(_ values: UnsafeBufferPointer<Float>) -> Float {
    sum(values) / Float(values.count)
  }

  /// `Σ values` in torch's order.
  static func sum(_ values: UnsafeBufferPointer<Float>) -> Float {
    guard values.count >= lanes else {
      return rowSum(count: values.count, lanes: 1) { index, _ in values[index] }[0]
    }
    let vectors = values.count / lanes
    let total = rowSum(count: vectors, lanes: lanes) { vector, lane in
      values[vector * lanes + lane]
    }
    var sum: Float = 0
    for i in vectors * lanes..<values.count { sum += values[i] }
    for lane in 0..<lanes { sum += total[lane] }
    return sum
  }

  /// The sum of `count` vectors, lane by lane.
  private static func rowSum(count: Int, lanes: Int, _ value: (Int, Int) -> Float) -> [Float] {
    let rows = count / side
    var sums = multiRowSum(rows: rows, lanes: lanes, value)
    for vector in rows * side..<count {
      for lane in 0..<lanes { sums[0][lane] += value(vector, lane) }
    }
    for k in 1..<side {
      for lane in 0..<lanes { sums[0][lane] += sums[k][lane] }
    }
    return sums[0]
  }

  /// Four sums side by side, in four levels of `2^levelPower` rows each.
  private static func multiRowSum(
    rows: Int, lanes: Int, _ value: (Int, Int) -> Float
  ) -> [[Float]] {
    let levels = 4
    let levelPower = max(4, ceilLog2(rows) / levels)
    let step = 1 << levelPower
    let zero = [[Float]](repeating: [Float](repeating: 0, count: lanes), count: side)
    var sums = [[[Float]]](repeating: zero, count: levels)
    func add(_ row: Int) {
      for k in 0..<side {
        for lane in 0..<lanes { sums[0][k][lane] += value(row * side + k, lane) }
      }
    }
    var row = 0
    while row + step <= rows {
      for _ in 0..<step {
        add(row)
        row += 1
      }
      for level in 1..<levels {
        for k in 0..<side {
          for lane in 0..<lanes { sums[level][k][lane] += sums[level - 1][k][lane] }
        }
        sums[level - 1] = zero
        if row & ((step - 1) << (level * levelPower)) != 0 { break }
      }
    }
    while row < rows {
      add(row)
      row += 1
    }
    for level in 1..<levels {
      for k in 0..<side {
        for lane in 0..<lanes { sums[0][k][lane] += sums[level][k][lane] }
      }
    }
    return sums[0]
  }

  /// The least `p` with `2^p >= n`; 0 below 2.
  private static func ceilLog2(_ n: Int) -> Int {
    n <= 1 ? 0 : Int.bitWidth - (n - 1).leadingZeroBitCount
  }
}
