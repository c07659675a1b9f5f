/// A float32 matrix somewhere in memory, row-major, perhaps read transposed.
struct Matrix {
  /// The first element.
  let pointer: UnsafeMutablePointer<Float>
  /// Elements from one stored row to the next.
  let stride: Int
  /// Whether it is read column by column.
  let isTransposed: Bool

  init(_ pointer: UnsafeMutablePointer<Float>, stride: Int, isTransposed: Bool = false) {
    self.pointer = pointer
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The same elements with rows and columns exchanged.
  var transposed: Matrix { Matrix(pointer, stride: stride, isTransposed: !isTransposed) }

  /// The part that begins at stored row `row` and stored column `column`.
  func from(row: Int, column: Int = 0) -> Matrix {
    Matrix(pointer + row * stride + column, stride: stride, isTransposed: isTransposed)
  }
}
