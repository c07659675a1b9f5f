internal import CTensorKernels
import Compute

/// How the products of a linear layer in bfloat16 are cut; a function of shapes alone.
struct BFloat16Tiling {
  /// Tokens of a unit that rounds rows, and of one that multiplies: whole strips.
  static let tokensRounded = 8 * Int(CTENSOR_STRIP)
  static let tokens = 16 * Int(CTENSOR_STRIP)
  /// Columns, or rows, of a weight that one unit packs.
  static let packedAtOnce = 64
  /// Words of packed weights that exist at once, 16 MiB: a large weight goes through in groups of
  /// columns.
  private static let wordsAtOnce = 1 << 22
  /// Words of the panels that one unit multiplies with: 256 KiB, a share of the second cache.
  private static let wordsATile = 1 << 16

  /// Columns that are packed before they are multiplied.
  let group: Int
  /// Columns of a unit.
  let columns: Int

  init(pairs: Int, columns: Int) {
    let panel = PackedPanels.columns
    func whole(_ words: Int) -> Int { max(panel, words / max(1, pairs) / panel * panel) }
    self.columns = min(512, whole(Self.wordsATile))
    group = min(whole(Self.wordsAtOnce), (columns + panel - 1) / panel * panel)
  }
}

extension CPUBackend {
  /// `linear` with bfloat16 factors and float32 sums.
  ///
  /// The adapter's product is part of the base's: with `u = dropout(x) Aᵀ`,
  ///
  ///     output = [x | u] [W | scaling B]ᵀ + bias
  ///
  /// so it costs rank more elements of one sum, and the output is written once.
  func linear(
    _ layer: LinearLayer, input: Tensor, output: Tensor, adapterInput: Tensor?,
    dropout: CounterRandom?, with narrow: BFloat16Product
  ) {
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    let tokens = input.count / inner
    let tail = layer.adapter.map { pairCount($0.rank) } ?? 0
    let height = pairCount(inner) + tail
    let rows = shared.rounded(.rounded, rows: tokens, pairs: height)
    roundInput(
      layer, Matrix(input.floats, stride: inner), tokens: tokens, to: rows,
      adapterInput: adapterInput?.matrix, mask: layer.adapter?.mask(dropout), with: narrow)
    let tiling = BFloat16Tiling(pairs: height, columns: outer)
    let y = Matrix(output.floats, stride: outer)
    for start in stride(from: 0, to: outer, by: tiling.group) {
      let group = start..<min(outer, start + tiling.group)
      let panels = packRows(layer, group, height: height, with: narrow)
      multiply(
        rows, panels, to: y.from(row: 0, column: start), tokens: tokens, columns: group.count,
        tiling, with: narrow
      ) { rows, columns, _ in
        guard let bias = layer.bias else { return }
        for t in rows {
          kernels.add(
            bias.floats + (start + columns.lowerBound),
            y.pointer + (t * outer + start + columns.lowerBound), Int64(columns.count))
        }
      }
    }
  }

  /// `[x | u]` in bfloat16; `u` is also left in `adapterInput` for the backward pass.
  private func roundInput(
    _ layer: LinearLayer, _ x: Matrix, tokens: Int, to rows: RoundedRows, adapterInput: Matrix?,
    mask: ctensor_dropout?, with narrow: BFloat16Product
  ) {
    let inner = layer.weight.inputCount
    let down = layer.adapter.map { adapter in
      let panels = shared.panels(.adapter, pairs: pairCount(inner), columns: adapter.rank)
      narrow.pack(
        adapter.a.matrix.transposed, rows: inner, columns: adapter.rank, to: panels)
      return panels
    }
    forRanges(tokens, of: BFloat16Tiling.tokensRounded) { range, scratch in
      let target = rows.from(row: range.lowerBound)
      narrow.round(x.from(row: range.lowerBound), rows: range.count, columns: inner, to: target)
      guard let adapter = layer.adapter, let adapterInput, let down else { return }
      var kept = target
      if mask != nil {
        kept = scratch.rounded(.rounded, rows: range.count, pairs: pairCount(inner))
        narrow.round(
          masked(x, mask, tokens: range, scratch), rows: range.count, columns: inner, to: kept)
      }
      let u = adapterInput.from(row: range.lowerBound)
      narrow.multiply(
        kept, down, to: u, rows: range.count, columns: adapter.rank, pairs: pairCount(inner))
      narrow.round(
        u, rows: range.count, columns: adapter.rank, to: target.from(row: 0, pair: pairCount(inner))
      )
    }
  }

  /// `[W | scaling B]ᵀ` of some rows of the weight, packed.
  private func packRows(
    _ layer: LinearLayer, _ group: Range<Int>, height: Int, with narrow: BFloat16Product
  ) -> PackedPanels {
    let inner = layer.weight.inputCount
    let panels = shared.panels(.packed, pairs: height, columns: group.count)
    forRanges(group.count, of: BFloat16Tiling.packedAtOnce) { range, scratch in
      let rows = group.lowerBound + range.lowerBound..<group.lowerBound + range.upperBound
      let target = panels.from(column: range.lowerBound)
      let weight = tile(of: layer.weight, rows: rows, columns: 0..<inner, scratch)
      narrow.pack(weight.transposed, rows: inner, columns: rows.count, to: target)
      guard let adapter = layer.adapter else { return }
      narrow.pack(
        adapter.b.matrix.from(row: rows.lowerBound).transposed, rows: adapter.rank,
        columns: rows.count, to: target, first: pairCount(inner), scale: adapter.scaling)
    }
    return panels
  }

  /// `c (+)= rows panels`, tile by tile; `finish` is told of each tile when it is written.
  func multiply(
    _ rows: RoundedRows, _ panels: PackedPanels, to c: Matrix, tokens: Int, columns: Int,
    pairs: Int? = nil, accumulate: Bool = false, _ tiling: BFloat16Tiling,
    with narrow: BFloat16Product,
    finish: (_ rows: Range<Int>, _ columns: Range<Int>, _ scratch: Scratch) -> Void
  ) {
    forTiles(
      rows: tokens, of: BFloat16Tiling.tokens, columns: columns, of: tiling.columns
    ) { tile, columns, scratch in
      narrow.multiply(
        rows.from(row: tile.lowerBound), panels.from(column: columns.lowerBound),
        to: c.from(row: tile.lowerBound, column: columns.lowerBound), rows: tile.count,
        columns: columns.count, pairs: pairs ?? panels.pairs, accumulate: accumulate)
      finish(tile, columns, scratch)
    }
  }
}
