internal import Glibc

/// The loops around bfloat16 as a reader would write them.
///
/// A matrix is an array of rows. Where only rounding and moving is done the bits are those of the C
/// kernels; sums and exponentials are made in double precision.
enum ReferenceBFloat16 {
  /// `x` with the precision of bfloat16.
  static func rounded(_ x: Float) -> Float {
    Float(bitPattern: UInt32(ReferenceElements.bfloat16(x)) << 16)
  }

  /// A pair of elements as a word, the first in the lower half.
  static func word(_ low: Float, _ high: Float) -> UInt32 {
    UInt32(ReferenceElements.bfloat16(low)) | UInt32(ReferenceElements.bfloat16(high)) << 16
  }

  /// The words of a row; an odd element is paired with zero.
  static func words(_ row: [Float], scale: Float = 1) -> [UInt32] {
    stride(from: 0, to: row.count, by: 2).map {
      word(row[$0] * scale, $0 + 1 < row.count ? row[$0 + 1] * scale : 0)
    }
  }

  /// Panels of 32 columns of a right factor, in each of which the words of a pair of rows lie side by
  /// side; columns beyond the last are zero.
  static func panels(_ matrix: [[Float]], scale: Float = 1) -> [UInt32] {
    let columns = matrix[0].count
    var words: [UInt32] = []
    for first in stride(from: 0, to: columns, by: 32) {
      for i in stride(from: 0, to: matrix.count, by: 2) {
        for j in first..<first + 32 {
          let low = j < columns ? matrix[i][j] * scale : 0
          let high = j < columns && i + 1 < matrix.count ? matrix[i + 1][j] * scale : 0
          words.append(word(low, high))
        }
      }
    }
    return words
  }

  /// `a b` of rounded factors, `[m][k]` and `[k][n]`.
  static func product(_ a: [[Float]], _ b: [[Float]]) -> [[Double]] {
    a.map { row in
      b[0].indices.map { j in
        row.indices.reduce(0.0) { $0 + Double(rounded(row[$1])) * Double(rounded(b[$1][j])) }
      }
    }
  }

  /// The backward pass of one key's scores: probabilities and the gradients of the scores.
  static func softmaxBackward(
    _ scores: [Float], _ gradients: [Float], seen: Range<Int>, scale: Float, logs: [Float],
    dots: [Float]
  ) -> (p: [Double], ds: [Double]) {
    let p = scores.indices.map { j in
      seen.contains(j) ? exp(Double(scale) * Double(scores[j]) - Double(logs[j])) : 0
    }
    let ds = scores.indices.map { j in
      Double(scale) * p[j] * (Double(gradients[j]) - Double(dots[j]))
    }
    return (p, ds)
  }
}
