import Compute
import Testing

@testable import ComputeCPU

@Suite struct AttentionTests {
  /// Attention in blocks against the formula with all scores at once: more queries than one block has,
  /// and more keys, with and without a cache, with and without a window.
  @Test(
    arguments: [
      (70, 0, nil), (20, 560, nil), (1, 1100, nil), (1, 0, nil), (70, 0, 9), (130, 0, 65),
      (5, 0, 1), (20, 560, 530), (70, 600, 3), (1, 1100, 700), (9, 2, 40),
    ] as [(Int, Int, Int?)])
  func agreesWithTheFormula(queries: Int, ahead: Int, window: Int?) throws {
    try compare(.float32, queries: queries, ahead: ahead, window: window)
    try compare(.bfloat16, queries: queries, ahead: ahead, window: window)
  }

  private func compare(_ type: DType, queries: Int, ahead: Int, window: Int?) throws {
    var f = BackendFixture(try CPUBackend(threads: 2, computeType: type))
    let (heads, keyHeads, width) = (2, 1, 4)
    let keys = queries + ahead
    let (q, dy) = (try f.random([queries, heads, width]), try f.random([queries, heads, width]))
    let k = try f.random([keys, keyHeads, width], scale: 3)
    let v = try f.random([keys, keyHeads, width])
    let sequences = try f.sequences([queries], ahead: ahead).within(window)
    let (output, logs) = (try f.zeros(like: q), try f.zeros([queries, heads]))
    f.backend.attention(q, k, v, sequences: sequences, scale: 1.5, output: output, logSumExp: logs)
    let (dq, dk, dv) = (try f.zeros(like: q), try f.zeros(like: k), try f.zeros(like: v))
    f.backend.attentionBackward(
      outputGradient: dy, q, k, v, output: output, logSumExp: logs, sequences: sequences,
      scale: 1.5, qGradient: dq, kGradient: dk, vGradient: dv)

    func rows(_ tensor: Tensor, head: Int) -> [[Float]] {
      let values = f.values(tensor)
      let stride = tensor.shape[1] * width
      return (0..<tensor.rows).map {
        Array(values[$0 * stride + head * width..<$0 * stride + (head + 1) * width])
      }
    }
    func norm(_ tensor: Tensor) -> Double {
      f.values(tensor).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    // Where a query sees one key its probability is 1 and the score has no gradient: what is left is the
    // rounding in float32 of two sums of four products that cancel, four roundings each.
    let cancelled = keys == 1 || window == 1 ? 8 * 0x1p-24 * 1.5 * norm(dy) * norm(v) : 0
    func expect(_ found: [[Float]], _ expected: [[Double]], within rounding: Double = 0) {
      let largest = expected.joined().map { abs($0) }.max() ?? 0
      guard type == .float32 else {
        // Scores are sums of four products of size 4.5, each known to 2⁻⁸ of itself: their exponentials
        // are known to about 3 %, and the values' sums of them likewise.
        let pairs = zip(found.joined(), expected.joined())
        let error = pairs.reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
        let size = expected.joined().reduce(0.0) { $0 + $1 * $1 }
        #expect(error.squareRoot() <= 0.04 * size.squareRoot() + rounding + 1e-12)
        return
      }
      // Scores of size 9 are rounded at 2⁻²¹ before their exponential is taken; sums add to that.
      for (a, b) in zip(found.joined(), expected.joined()) {
        #expect(abs(Double(a) - b) <= 1e-5 * max(1, largest))
      }
    }
    var sumK = [[Double]](repeating: [0, 0, 0, 0], count: keys)
    var sumV = sumK
    for head in 0..<heads {
      let reference = ReferenceAttention(
        q: rows(q, head: head), k: rows(k, head: 0), v: rows(v, head: 0), scale: 1.5,
        window: window)
      expect(rows(output, head: head), reference.output)
      let gradients = reference.backward(rows(dy, head: head))
      expect(rows(dq, head: head), gradients.q, within: cancelled * norm(k))
      sumK = zip(sumK, gradients.k).map { zip($0, $1).map(+) }
      sumV = zip(sumV, gradients.v).map { zip($0, $1).map(+) }
    }
    expect(rows(dk, head: 0), sumK, within: cancelled * norm(q))
    expect(rows(dv, head: 0), sumV)
  }

  @Test func sequencesDoNotSeeEachOther() throws {
    var f = try BackendFixture()
    let (q, k, v) = (
      try f.random([9, 2, 4]), try f.random([9, 2, 4]), try f.random([9, 2, 4])
    )
    func output(_ lengths: [Int], _ rows: Range<Int>) throws -> [Float] {
      let output = try f.zeros([rows.count, 2, 4])
      f.backend.attention(
        q.rows(rows), k.rows(rows), v.rows(rows), sequences: try f.sequences(lengths), scale: 1,
        output: output, logSumExp: try f.zeros([rows.count, 2]))
      return f.values(output)
    }
    #expect(try output([4, 5], 0..<9) == (try output([4], 0..<4) + output([5], 4..<9)))
  }
}
