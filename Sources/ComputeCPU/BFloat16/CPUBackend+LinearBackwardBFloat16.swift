internal import CTensorKernels
import Compute

extension CPUBackend {
  /// `linearBackward` with bfloat16 factors and float32 sums.
  ///
  /// With `u = scaling * outputGradient B`, which stays in `scratch` for A's gradient:
  ///
  ///     inputGradient (+)= [outputGradient | u] [W ; A]
  ///
  /// Where inputs are dropped, `u A` is made apart and its mask applied before it is added.
  func linearBackward(
    _ layer: LinearLayer, input: Tensor, adapterInput: Tensor?, outputGradient: Tensor,
    inputGradient: Tensor?, accumulate: Bool, gradients: LinearGradients, scratch: Tensor?,
    dropout: CounterRandom?, with narrow: BFloat16Product
  ) {
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    let tokens = outputGradient.count / outer
    let x = Matrix(input.floats, stride: inner)
    let dy = Matrix(outputGradient.floats, stride: outer)
    let mask = layer.adapter?.mask(dropout)
    let height = pairCount(outer) + (layer.adapter.map { pairCount($0.rank) } ?? 0)
    let rows = shared.rounded(.rounded, rows: tokens, pairs: height)
    if inputGradient != nil || layer.adapter != nil {
      roundOutputGradient(layer, dy, tokens: tokens, to: rows, u: scratch?.matrix, with: narrow)
    }
    if let inputGradient {
      addInputGradient(
        layer, rows, tokens: tokens, to: Matrix(inputGradient.floats, stride: inner),
        accumulate: accumulate, mask: mask, with: narrow)
    }
    if let adapter = layer.adapter, let scratch, let adapterInput {
      if let gradient = gradients.a {
        addOuterProduct(
          scratch.matrix, x, mask, tokens: tokens, to: gradient, scale: 1, with: narrow)
      }
      if let gradient = gradients.b {
        addOuterProduct(
          adapterInput.matrix, dy, nil, tokens: tokens, to: gradient, scale: adapter.scaling,
          isTransposed: true, with: narrow)
      }
    }
    if let gradient = gradients.weight {
      addOuterProduct(dy, x, nil, tokens: tokens, to: gradient, scale: 1, with: narrow)
    }
    if let gradient = gradients.bias { addColumnSums(dy, tokens: tokens, to: gradient) }
  }

  /// `[outputGradient | u]` in bfloat16.
  private func roundOutputGradient(
    _ layer: LinearLayer, _ dy: Matrix, tokens: Int, to rows: RoundedRows, u: Matrix?,
    with narrow: BFloat16Product
  ) {
    let outer = layer.weight.outputCount
    let up = layer.adapter.map { adapter in
      let panels = shared.panels(.adapter, pairs: pairCount(outer), columns: adapter.rank)
      narrow.pack(
        adapter.b.matrix, rows: outer, columns: adapter.rank, to: panels, scale: adapter.scaling)
      return panels
    }
    forRanges(tokens, of: BFloat16Tiling.tokensRounded) { range, _ in
      let target = rows.from(row: range.lowerBound)
      narrow.round(dy.from(row: range.lowerBound), rows: range.count, columns: outer, to: target)
      guard let adapter = layer.adapter, let u, let up else { return }
      let part = u.from(row: range.lowerBound)
      narrow.multiply(
        target, up, to: part, rows: range.count, columns: adapter.rank, pairs: pairCount(outer))
      narrow.round(
        part, rows: range.count, columns: adapter.rank,
        to: target.from(row: 0, pair: pairCount(outer)))
    }
  }

  private func addInputGradient(
    _ layer: LinearLayer, _ rows: RoundedRows, tokens: Int, to dx: Matrix, accumulate: Bool,
    mask: ctensor_dropout?, with narrow: BFloat16Product
  ) {
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    let height = pairCount(outer) + (layer.adapter.map { pairCount($0.rank) } ?? 0)
    let tiling = BFloat16Tiling(pairs: height, columns: inner)
    for start in stride(from: 0, to: inner, by: tiling.group) {
      let group = start..<min(inner, start + tiling.group)
      let panels = packColumns(layer, group, height: height, with: narrow)
      let target = dx.from(row: 0, column: start)
      multiply(
        rows, panels, to: target, tokens: tokens, columns: group.count,
        pairs: mask == nil ? height : pairCount(outer), accumulate: accumulate, tiling, with: narrow
      ) { tile, columns, scratch in
        guard var mask, let adapter = layer.adapter else { return }
        let update = Matrix(
          scratch.floats(.input, tile.count * columns.count), stride: columns.count)
        narrow.multiply(
          rows.from(row: tile.lowerBound, pair: pairCount(outer)),
          panels.from(column: columns.lowerBound, pair: pairCount(outer)), to: update,
          rows: tile.count, columns: columns.count, pairs: pairCount(adapter.rank))
        for (i, t) in tile.enumerated() {
          let place = t * inner + start + columns.lowerBound
          kernels.dropout_add(
            &mask, Int64(place), update.pointer + i * update.stride, dx.pointer + place,
            Int64(columns.count))
        }
      }
    }
  }

  /// `[W ; A]` of some columns, packed.
  private func packColumns(
    _ layer: LinearLayer, _ group: Range<Int>, height: Int, with narrow: BFloat16Product
  ) -> PackedPanels {
    let outer = layer.weight.outputCount
    let panels = shared.panels(.packed, pairs: height, columns: group.count)
    forRanges(outer, of: BFloat16Tiling.packedAtOnce) { range, scratch in
      let weight = tile(of: layer.weight, rows: range, columns: group, scratch)
      narrow.pack(
        weight, rows: range.count, columns: group.count, to: panels, first: range.lowerBound / 2)
    }
    if let adapter = layer.adapter {
      narrow.pack(
        adapter.a.matrix.from(row: 0, column: group.lowerBound), rows: adapter.rank,
        columns: group.count, to: panels, first: pairCount(outer))
    }
    return panels
  }
}
