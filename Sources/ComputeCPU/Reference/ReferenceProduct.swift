/// The matrix product as a reader would write it: the slow twin of the libraries.
enum ReferenceProduct {
  /// `c[i, j] (+)= scale * Σ_p a[i, p] b[p, j]`, summed in double precision in the order of `p`.
  static func multiply(
    _ a: Matrix, _ b: Matrix, to c: Matrix, rows: Int, columns: Int, inner: Int, scale: Float,
    accumulate: Bool
  ) {
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = 0.0
        for p in 0..<inner { sum += Double(a[i, p]) * Double(b[p, j]) }
        let product = scale * Float(sum)
        let place = c.pointer + (i * c.stride + j)
        place.pointee = accumulate ? place.pointee + product : product
      }
    }
  }
}

extension Matrix {
  /// The element in `row` and `column`, as they are after a transposition.
  subscript(row: Int, column: Int) -> Float {
    isTransposed ? pointer[column * stride + row] : pointer[row * stride + column]
  }
}
