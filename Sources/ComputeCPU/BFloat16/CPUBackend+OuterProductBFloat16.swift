internal import CTensorKernels
import Compute

/// How the gradient of a weight is cut: into tiles, and its sum over tokens into stretches.
private struct OuterProductTiling {
  static let rows = 112
  static let columns = 256
  /// Tokens that are rounded at once.
  static let tokensAtOnce = 512
  /// From so many tiles on, tiles alone keep the cores busy.
  static let enoughTiles = 16

  /// Tokens of which one unit makes a sum.
  let stretch: Int
  let stretches: Int

  init(tokens: Int, rows: Int, columns: Int) {
    let tiles =
      ((rows + Self.rows - 1) / Self.rows) * ((columns + Self.columns - 1) / Self.columns)
    stretch =
      tiles >= Self.enoughTiles ? max(1, tokens) : min(max(1, tokens), Self.tokensAtOnce)
    stretches = (tokens + stretch - 1) / stretch
  }
}

extension CPUBackend {
  /// `gradient += scale * leftᵀ dropout(right)` with bfloat16 factors and float32 sums.
  ///
  /// `left` is `[tokens, m]`, `right` `[tokens, n]`; the gradient is `[m, n]`, or `[n, m]` if
  /// `isTransposed`. Sums of stretches of tokens are added in their order.
  func addOuterProduct(
    _ left: Matrix, _ right: Matrix, _ mask: ctensor_dropout?, tokens: Int, to gradient: Tensor,
    scale: Float, isTransposed: Bool = false, with narrow: BFloat16Product
  ) {
    let (m, n) =
      isTransposed
      ? (gradient.shape[1], gradient.shape[0]) : (gradient.shape[0], gradient.shape[1])
    let tiling = OuterProductTiling(tokens: tokens, rows: m, columns: n)
    let isDirect = tiling.stretches <= 1 && !isTransposed
    let sums =
      isDirect ? gradient.floats : shared.floats(.partials, max(1, tiling.stretches) * m * n)
    let down = (m + OuterProductTiling.rows - 1) / OuterProductTiling.rows
    let across = (n + OuterProductTiling.columns - 1) / OuterProductTiling.columns
    forTiles(rows: tokens, of: tiling.stretch, columns: down * across, of: 1) {
      stretch, tile, scratch in
      let row = tile.lowerBound % down * OuterProductTiling.rows
      let column = tile.lowerBound / down * OuterProductTiling.columns
      let target = Matrix(
        sums + (isDirect ? 0 : stretch.lowerBound / tiling.stretch * m * n), stride: n)
      addOuterTile(
        left.from(row: 0, column: row), right.from(row: 0, column: column), firstColumn: column,
        mask, tokens: stretch, to: target.from(row: row, column: column),
        rows: min(OuterProductTiling.rows, m - row),
        columns: min(OuterProductTiling.columns, n - column), scale: scale,
        accumulate: isDirect, scratch, with: narrow)
    }
    guard !isDirect else { return }
    if isTransposed {
      addTransposedPartials(sums, count: tiling.stretches, to: gradient.floats, rows: m, columns: n)
    } else {
      addPartials(sums, count: tiling.stretches, to: gradient.floats, elements: m * n)
    }
  }

  /// One tile of `leftᵀ right`, summed over `tokens` a stretch at a time.
  private func addOuterTile(
    _ left: Matrix, _ right: Matrix, firstColumn: Int, _ mask: ctensor_dropout?,
    tokens: Range<Int>, to target: Matrix, rows: Int, columns: Int, scale: Float,
    accumulate: Bool, _ scratch: Scratch, with narrow: BFloat16Product
  ) {
    let size = OuterProductTiling.tokensAtOnce
    for start in stride(from: tokens.lowerBound, to: tokens.upperBound, by: size) {
      let count = min(size, tokens.upperBound - start)
      let a = scratch.rounded(.rounded, rows: rows, pairs: pairCount(count))
      narrow.round(
        left.from(row: start).transposed, rows: rows, columns: count, to: a, scale: scale)
      let b = scratch.panels(.packed, pairs: pairCount(count), columns: columns)
      let kept = kept(
        right, firstColumn: firstColumn, columns, mask, tokens: start..<start + count, scratch)
      narrow.pack(kept, rows: count, columns: columns, to: b)
      narrow.multiply(
        a, b, to: target, rows: rows, columns: columns, pairs: pairCount(count),
        accumulate: accumulate || start > tokens.lowerBound)
    }
  }

  /// Some columns of rows after dropout: a view without a mask, else a copy in scratch.
  private func kept(
    _ x: Matrix, firstColumn: Int, _ columns: Int, _ mask: ctensor_dropout?, tokens: Range<Int>,
    _ scratch: Scratch
  ) -> Matrix {
    guard var mask else { return x.from(row: tokens.lowerBound) }
    let copy = Matrix(scratch.floats(.input, tokens.count * columns), stride: columns)
    for (i, t) in tokens.enumerated() {
      kernels.dropout(
        &mask, Int64(t * x.stride + firstColumn), x.pointer + t * x.stride,
        copy.pointer + i * columns, Int64(columns))
    }
    return copy
  }

  /// `total[j, i] += Σ_p partials[p, i, j]`, in the order of `p`.
  private func addTransposedPartials(
    _ partials: UnsafeMutablePointer<Float>, count: Int, to total: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    forRanges(columns, of: 128) { range, _ in
      for j in range {
        for i in 0..<rows {
          var sum = total[j * rows + i]
          for p in 0..<count { sum += partials[(p * rows + i) * columns + j] }
          total[j * rows + i] = sum
        }
      }
    }
  }
}
