internal import CTensorKernels
import Compute
internal import Glibc

/// How the products of a linear layer are cut. Sizes follow from what is multiplied, never from the
/// number of threads.
struct LinearTiling {
  /// Tokens a tile.
  let tokens: Int
  /// Rows (forward) or columns (backward) of the weight a tile.
  let width: Int

  /// Tiles for `tokens` rows of input and `width` rows (or columns) of a weight.
  ///
  /// A weight that must be expanded is cut narrow and used for many tokens, so that expanding it
  /// costs little beside the product; a plain one is cut into squarer tiles.
  init(_ weight: LinearWeight, tokens: Int, width: Int) {
    self.width = weight.isPlain ? 512 : 128
    let across = (width + self.width - 1) / self.width
    let range = weight.isPlain ? 64...256 : 256...1024
    self.tokens = TileSize.cutting(tokens * across, into: 16, within: range)
  }

  /// Rows of the weight that the backward pass expands at once.
  static let expandedRows = 512
}

extension CPUBackend {
  /// Tokens a unit of the narrow products of an adapter.
  static let adapterTokens = 256

  /// `output = input Wᵀ + bias + scaling * (dropout(input) Aᵀ) Bᵀ`; see `Backend`.
  public func linear(
    _ layer: LinearLayer, input: Tensor, output: Tensor, adapterInput: Tensor?,
    dropout: CounterRandom?
  ) {
    let tokens = input.count / layer.weight.inputCount
    let (inner, outer) = (layer.weight.inputCount, layer.weight.outputCount)
    output.expectCount(tokens * outer, "a linear layer's output")
    precondition(layer.adapter == nil || adapterInput != nil, "an adapter needs `adapterInput`")
    if let adapter = layer.adapter {
      adapterInput?.expectCount(tokens * adapter.rank, "an adapter's input")
    }
    if let narrow {
      return linear(
        layer, input: input, output: output, adapterInput: adapterInput, dropout: dropout,
        with: narrow)
    }
    if let adapter = layer.adapter, let adapterInput {
      projectDown(
        adapter, input: input, tokens: tokens, to: adapterInput.matrix,
        mask: adapter.mask(dropout))
    }
    let tiling = LinearTiling(layer.weight, tokens: tokens, width: outer)
    let x = Matrix(input.floats, stride: inner)
    let y = Matrix(output.floats, stride: outer)
    forTiles(rows: tokens, of: tiling.tokens, columns: outer, of: tiling.width) {
      rows, columns, scratch in
      let weight = tile(of: layer.weight, rows: columns, columns: 0..<inner, scratch)
      let target = y.from(row: rows.lowerBound, column: columns.lowerBound)
      product.multiply(
        x.from(row: rows.lowerBound), weight.transposed, to: target, rows: rows.count,
        columns: columns.count, inner: inner, scratch: scratch)
      if let adapter = layer.adapter, let adapterInput {
        product.multiply(
          adapterInput.matrix.from(row: rows.lowerBound),
          adapter.b.matrix.from(row: columns.lowerBound).transposed, to: target, rows: rows.count,
          columns: columns.count, inner: adapter.rank, scale: adapter.scaling, accumulate: true,
          scratch: scratch)
      }
      if let bias = layer.bias {
        for t in 0..<rows.count {
          kernels.add(
            bias.floats + columns.lowerBound, target.pointer + t * target.stride,
            Int64(columns.count))
        }
      }
    }
  }

  /// `output = dropout(input) Aᵀ`, `[tokens, rank]`.
  private func projectDown(
    _ adapter: LoRAWeights, input: Tensor, tokens: Int, to output: Matrix, mask: ctensor_dropout?
  ) {
    let inner = adapter.a.shape[1]
    let x = Matrix(input.floats, stride: inner)
    forRanges(tokens, of: Self.adapterTokens) { range, scratch in
      let kept = masked(x, mask, tokens: range, scratch)
      product.multiply(
        kept, adapter.a.matrix.transposed, to: output.from(row: range.lowerBound),
        rows: range.count, columns: adapter.rank, inner: inner, scratch: scratch)
    }
  }

  /// Rows `tokens` of a matrix after dropout: a view without a mask, else a copy in scratch.
  func masked(
    _ x: Matrix, _ mask: ctensor_dropout?, tokens: Range<Int>, _ scratch: Scratch
  ) -> Matrix {
    let rows = x.from(row: tokens.lowerBound)
    guard var mask else { return rows }
    let copy = scratch.floats(.input, tokens.count * x.stride)
    kernels.dropout(
      &mask, Int64(tokens.lowerBound * x.stride), rows.pointer, copy,
      Int64(tokens.count * x.stride))
    return Matrix(copy, stride: x.stride)
  }
}

extension LoRAWeights {
  /// The mask of this use of the adapter; `nil` where nothing is dropped.
  func mask(_ random: CounterRandom?) -> ctensor_dropout? {
    guard let random, dropout > 0 else { return nil }
    return ctensor_dropout(seed: random.seed, stream: random.stream, probability: dropout)
  }
}
