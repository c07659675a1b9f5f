internal import Glibc

/// Causal attention of one head as the formula has it: all scores at once, in double precision.
struct ReferenceAttention {
  /// `[queries][width]`, `[keys][width]`, `[keys][width]`.
  let q: [[Float]]
  let k: [[Float]]
  let v: [[Float]]
  let scale: Float
  /// The most keys a query sees, its own among them; `nil`: all before it.
  var window: Int?

  /// `softmax(scale * q kᵀ)` with the causal border: query `i` sees keys up to `i + keys - queries`.
  var probabilities: [[Double]] {
    q.enumerated().map { i, query in
      let own = i + k.count - q.count
      let first = window.map { own + 1 - $0 } ?? 0
      let scores = k[0...own].enumerated().map { j, key in
        j < first ? -Double.infinity : Double(scale) * dot(query, key)
      }
      let largest = scores.max() ?? 0
      let exponentials = scores.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }

  /// `probabilities v`, `[queries][width]`.
  var output: [[Double]] {
    probabilities.map { row in
      (0..<v[0].count).map { c in
        zip(row, v).reduce(0.0) { $0 + $1.0 * Double($1.1[c]) }
      }
    }
  }

  /// The gradients of q, k and v for a gradient of the output.
  func backward(_ dy: [[Float]]) -> (q: [[Double]], k: [[Double]], v: [[Double]]) {
    let width = q[0].count
    var dq = [[Double]](repeating: [Double](repeating: 0, count: width), count: q.count)
    var (dk, dv) = (
      [[Double]](repeating: [Double](repeating: 0, count: width), count: k.count),
      [[Double]](repeating: [Double](repeating: 0, count: width), count: k.count)
    )
    for (i, row) in probabilities.enumerated() {
      let dp = v.prefix(row.count).map { dot(dy[i], $0) }
      let mean = zip(row, dp).reduce(0.0) { $0 + $1.0 * $1.1 }
      for (j, p) in row.enumerated() {
        let ds = Double(scale) * p * (dp[j] - mean)
        for c in 0..<width {
          dq[i][c] += ds * Double(k[j][c])
          dk[j][c] += ds * Double(q[i][c])
          dv[j][c] += p * Double(dy[i][c])
        }
      }
    }
    return (dq, dk, dv)
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
}
