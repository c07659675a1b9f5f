internal import CTensorKernels
import Compute
internal import Glibc

extension CPUBackend {
  /// The gradients of `linear`; see `Backend`.
  public func linearBackward(
    _ layer: LinearLayer, input: Tensor, adapterInput: Tensor?, outputGradient: Tensor,
    inputGradient: Tensor?, accumulate: Bool, gradients: LinearGradients, scratch: Tensor?,
    dropout: CounterRandom?
  ) {
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    let tokens = outputGradient.count / outer
    input.expectCount(tokens * inner, "a linear layer's input")
    inputGradient?.expectCount(tokens * inner, "a linear layer's input gradient")
    precondition(
      layer.adapter == nil || (adapterInput != nil && scratch != nil),
      "an adapter needs `adapterInput` and `scratch`")
    if let narrow {
      return linearBackward(
        layer, input: input, adapterInput: adapterInput, outputGradient: outputGradient,
        inputGradient: inputGradient, accumulate: accumulate, gradients: gradients,
        scratch: scratch, dropout: dropout, with: narrow)
    }
    let x = Matrix(input.floats, stride: inner)
    let dy = Matrix(outputGradient.floats, stride: outer)
    let mask = layer.adapter?.mask(dropout)
    if let adapter = layer.adapter, let scratch {
      scratch.expectCount(tokens * adapter.rank, "an adapter's scratch")
      projectBack(adapter, dy, tokens: tokens, to: scratch.matrix)
    }
    if let inputGradient {
      addInputGradient(
        layer, dy, u: scratch?.matrix, tokens: tokens,
        to: Matrix(inputGradient.floats, stride: inner), accumulate: accumulate, mask: mask)
    }
    if let adapter = layer.adapter, let scratch, let adapterInput {
      if let gradient = gradients.a {
        addOuterProduct(scratch.matrix, x, mask, tokens: tokens, to: gradient, scale: 1)
      }
      if let gradient = gradients.b {
        addOuterProduct(
          dy, adapterInput.matrix, nil, tokens: tokens, to: gradient, scale: adapter.scaling)
      }
    }
    if let gradient = gradients.weight {
      addOuterProduct(dy, x, nil, tokens: tokens, to: gradient, scale: 1)
    }
    if let gradient = gradients.bias { addColumnSums(dy, tokens: tokens, to: gradient) }
  }

  /// `u = scaling * outputGradient B`, `[tokens, rank]`.
  private func projectBack(_ adapter: LoRAWeights, _ dy: Matrix, tokens: Int, to u: Matrix) {
    forRanges(tokens, of: Self.adapterTokens) { range, scratch in
      product.multiply(
        dy.from(row: range.lowerBound), adapter.b.matrix, to: u.from(row: range.lowerBound),
        rows: range.count, columns: adapter.rank, inner: dy.stride, scale: adapter.scaling,
        scratch: scratch)
    }
  }

  /// `inputGradient (+)= outputGradient W + mask * (u A)`.
  ///
  /// Where the weight must be expanded, its rows are taken `LinearTiling.expandedRows` at a time
  /// and their products added in order.
  private func addInputGradient(
    _ layer: LinearLayer, _ dy: Matrix, u: Matrix?, tokens: Int, to dx: Matrix, accumulate: Bool,
    mask: ctensor_dropout?
  ) {
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    let tiling = LinearTiling(layer.weight, tokens: tokens, width: inner)
    let rowsAtOnce = layer.weight.isPlain ? outer : LinearTiling.expandedRows
    forTiles(rows: tokens, of: tiling.tokens, columns: inner, of: tiling.width) {
      rows, columns, scratch in
      let target = dx.from(row: rows.lowerBound, column: columns.lowerBound)
      for first in stride(from: 0, to: outer, by: rowsAtOnce) {
        let part = first..<min(outer, first + rowsAtOnce)
        let weight = tile(of: layer.weight, rows: part, columns: columns, scratch)
        product.multiply(
          dy.from(row: rows.lowerBound, column: first), weight, to: target, rows: rows.count,
          columns: columns.count, inner: part.count, accumulate: accumulate || first > 0,
          scratch: scratch)
      }
      if let adapter = layer.adapter, let u {
        addAdapterGradient(
          adapter, u.from(row: rows.lowerBound), tokens: rows, columns: columns, to: target,
          mask: mask, scratch)
      }
    }
  }

  /// `target += mask * (u A)` for one tile.
  private func addAdapterGradient(
    _ adapter: LoRAWeights, _ u: Matrix, tokens: Range<Int>, columns: Range<Int>,
    to target: Matrix, mask: ctensor_dropout?, _ scratch: Scratch
  ) {
    let a = adapter.a.matrix.from(row: 0, column: columns.lowerBound)
    guard var mask else {
      return product.multiply(
        u, a, to: target, rows: tokens.count, columns: columns.count, inner: adapter.rank,
        accumulate: true, scratch: scratch)
    }
    let update = Matrix(
      scratch.floats(.input, tokens.count * columns.count), stride: columns.count)
    product.multiply(
      u, a, to: update, rows: tokens.count, columns: columns.count, inner: adapter.rank,
      scratch: scratch)
    for t in 0..<tokens.count {
      let index = (tokens.lowerBound + t) * target.stride + columns.lowerBound
      kernels.dropout_add(
        &mask, Int64(index), update.pointer + t * update.stride,
        target.pointer + t * target.stride, Int64(columns.count))
    }
  }

  /// `total[j] += Σ_t rows[t, j]`, in the order of `t`.
  func addColumnSums(_ rows: Matrix, tokens: Int, to total: Tensor) {
    let sums = total.floats
    forRanges(total.count, of: 64) { columns, _ in
      for t in 0..<tokens {
        kernels.add(
          rows.pointer + (t * rows.stride + columns.lowerBound), sums + columns.lowerBound,
          Int64(columns.count))
      }
    }
  }
}
