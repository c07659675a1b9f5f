internal import CTensorKernels
import Compute

/// How the gradient of a weight is cut: into tiles, and its sum over tokens into stretches.
private struct OuterProductTiling {
  static let rows = 128
  static let columns = 512
  /// From so many tiles on, tiles alone keep the cores busy.
  static let enoughTiles = 16
  /// The most partial sums that are kept at once.
  static let mostStretches = 8
  static let leastTokens = 128

  /// Tokens a stretch.
  let stretch: Int
  /// How many stretches; with one, sums go straight into the gradient.
  let stretches: Int

  /// `isCostly` says that rows must be made before they are multiplied, and so only once.
  init(tokens: Int, rows: Int, columns: Int, isCostly: Bool) {
    let down = (rows + Self.rows - 1) / Self.rows
    let across = (columns + Self.columns - 1) / Self.columns
    stretch =
      down * across >= Self.enoughTiles && !isCostly
      ? max(1, tokens)
      : TileSize.cutting(
        tokens, into: Self.mostStretches, within: Self.leastTokens...max(Self.leastTokens, tokens))
    stretches = (tokens + stretch - 1) / stretch
  }
}

extension CPUBackend {
  /// `gradient += scale * leftᵀ dropout(right)`: the gradient of a weight, summed over tokens.
  ///
  /// `left` is `[tokens, m]`, `right` `[tokens, n]`, `gradient` `[m, n]`. A large gradient is cut
  /// into tiles, each of which sums over all tokens in one product. A small one is also cut into
  /// stretches of tokens, whose partial sums are then added in their order.
  func addOuterProduct(
    _ left: Matrix, _ right: Matrix, _ mask: ctensor_dropout?, tokens: Int, to gradient: Tensor,
    scale: Float
  ) {
    let (m, n) = (gradient.shape[0], gradient.shape[1])
    let tiling = OuterProductTiling(tokens: tokens, rows: m, columns: n, isCostly: mask != nil)
    guard tiling.stretches > 1 || mask != nil else {
      return forTiles(
        rows: m, of: OuterProductTiling.rows, columns: n, of: OuterProductTiling.columns
      ) { rows, columns, scratch in
        product.multiply(
          left.from(row: 0, column: rows.lowerBound).transposed,
          right.from(row: 0, column: columns.lowerBound),
          to: gradient.matrix.from(row: rows.lowerBound, column: columns.lowerBound),
          rows: rows.count, columns: columns.count, inner: tokens, scale: scale, accumulate: true,
          scratch: scratch)
      }
    }
    let partials = shared.floats(.partials, tiling.stretches * m * n)
    // A mask is made for whole rows, once a stretch.
    let height = mask == nil ? OuterProductTiling.rows : m
    forTiles(rows: tokens, of: tiling.stretch, columns: m, of: height) { range, rows, scratch in
      let kept = masked(right, mask, tokens: range, scratch)
      let partial = Matrix(partials + range.lowerBound / tiling.stretch * m * n, stride: n)
      product.multiply(
        left.from(row: range.lowerBound, column: rows.lowerBound).transposed, kept,
        to: partial.from(row: rows.lowerBound), rows: rows.count, columns: n, inner: range.count,
        scale: scale, scratch: scratch)
    }
    addPartials(partials, count: tiling.stretches, to: gradient.floats, elements: m * n)
  }
}
