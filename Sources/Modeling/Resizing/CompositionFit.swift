/// How a token's row follows from the rows of its two parts: `α · left + β · right + γ · mean`.
///
/// The three weights are those with the least squares over all old tokens that a merge makes:
///
///     minimize Σ ‖rowᵤ − α·row_left(u) − β·row_right(u) − γ·mean‖²
///
/// which is a system of three equations of sums of products. A model tells by it how much of a
/// token's meaning its last part carries (embedding) or how much its first part foretells it (head),
/// and how long a row should be; a plain mean says 1/2, 1/2 and 0 for every model.
struct CompositionFit: Equatable {
  /// The weights.
  var left: Double
  var right: Double
  var mean: Double

  /// The weights of a mean of two.
  static let even = CompositionFit(left: 0.5, right: 0.5, mean: 0)

  /// Fits the weights to triples of rows; `even` where they do not determine them.
  ///
  /// - Parameters:
  ///   - mean: the mean of all old rows.
  ///   - triples: hands over (left, right, result) rows, one triple after another.
  init(mean: [Float], triples: (([Float], [Float], [Float]) -> Void) -> Void) {
    // Products of (left, right, mean) with one another and with the result, row-major.
    var products = [Double](repeating: 0, count: 9)
    var targets = [Double](repeating: 0, count: 3)
    triples { left, right, result in
      let parts = [left, right, mean]
      for row in 0..<3 {
        for column in row..<3 { products[row * 3 + column] += Self.dot(parts[row], parts[column]) }
        targets[row] += Self.dot(parts[row], result)
      }
    }
    for (row, column) in [(1, 0), (2, 0), (2, 1)] {
      products[row * 3 + column] = products[column * 3 + row]
    }
    guard let solution = Self.solve(products, targets) else {
      self = .even
      return
    }
    (left, right, self.mean) = (solution[0], solution[1], solution[2])
  }

  init(left: Double, right: Double, mean: Double) {
    (self.left, self.right, self.mean) = (left, right, mean)
  }

  /// The row that two rows make.
  func row(_ left: [Float], _ right: [Float], mean: [Float]) -> [Float] {
    left.indices.map {
      Float(
        self.left * Double(left[$0]) + self.right * Double(right[$0]) + self.mean * Double(mean[$0])
      )
    }
  }

  /// The formula, for people.
  var text: String {
    func number(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    return "\(number(left)) · left + \(number(right)) · right + \(number(mean)) · mean"
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }

  /// Gauss elimination of a symmetric 3 × 3 system; `nil` if it is singular.
  private static func solve(_ matrix: [Double], _ target: [Double]) -> [Double]? {
    var (m, t) = (matrix, target)
    // Pivots of a sum of squares are positive; this far below the diagonal they are rounding error.
    let least = 1e-9 * max(m[0], m[4], m[8])
    for pivot in 0..<3 {
      guard m[pivot * 3 + pivot] > least else { return nil }
      for row in 0..<3 where row != pivot {
        let factor = m[row * 3 + pivot] / m[pivot * 3 + pivot]
        for column in 0..<3 { m[row * 3 + column] -= factor * m[pivot * 3 + column] }
        t[row] -= factor * t[pivot]
      }
    }
    return (0..<3).map { t[$0] / m[$0 * 3 + $0] }
  }
}
