internal import CTensorKernels
import Compute

extension CPUBackend {
  /// Tiles of a gradient, and tokens of a partial sum.
  private static let gradientRows = 128
  private static let gradientColumns = 512
  private static let gradientTokens = 512
  /// From so many tiles on, tiles alone keep the cores busy.
  private static let enoughTiles = 16
  /// The most partial sums that are kept at once.
  private static let mostPartials = 16

  /// `gradient += scale * leftᵀ dropout(right)`: the gradient of a weight, summed over tokens.
  ///
  /// `left` is `[tokens, m]`, `right` `[tokens, n]`, `gradient` `[m, n]`. A large gradient is cut
  /// into tiles, each of which sums over all tokens in one product. A small one is summed over
  /// stretches of tokens into partial sums, which are then added in their order.
  func addOuterProduct(
    _ left: Matrix, _ right: Matrix, _ mask: ctensor_dropout?, tokens: Int, to gradient: Tensor,
    scale: Float
  ) {
    let (m, n) = (gradient.shape[0], gradient.shape[1])
    let tiles =
      ((m + Self.gradientRows - 1) / Self.gradientRows)
      * ((n + Self.gradientColumns - 1) / Self.gradientColumns)
    let stretch =
      tiles >= Self.enoughTiles
      ? tokens : max(Self.gradientTokens, (tokens + Self.mostPartials - 1) / Self.mostPartials)
    let stretches = (tokens + stretch - 1) / max(1, stretch)
    if stretches <= 1 && mask == nil {
      return forTiles(
        rows: m, of: Self.gradientRows, columns: n, of: Self.gradientColumns
      ) { rows, columns, _ in
        product.multiply(
          left.from(row: 0, column: rows.lowerBound).transposed,
          right.from(row: 0, column: columns.lowerBound),
          to: gradient.matrix.from(row: rows.lowerBound, column: columns.lowerBound),
          rows: rows.count, columns: columns.count, inner: tokens, scale: scale, accumulate: true)
      }
    }
    let partials = shared.floats(.partials, stretches * m * n)
    forRanges(tokens, of: stretch) { range, scratch in
      let kept = masked(right, mask, tokens: range, scratch)
      let partial = Matrix(partials + range.lowerBound / stretch * m * n, stride: n)
      product.multiply(
        left.from(row: range.lowerBound).transposed, kept, to: partial, rows: m, columns: n,
        inner: range.count, scale: scale)
    }
    addPartials(partials, count: stretches, to: gradient.floats, elements: m * n)
  }
}
