internal import CTensorKernels
import Compute
internal import Glibc

/// Sizes of the blocks of scores in bfloat16.
enum AttentionBlock {
  /// Rows of a block: whole strips. Queries in the forward pass, keys in the backward pass.
  static let rows = 4 * Int(CTENSOR_STRIP)
  /// Columns of a block, a multiple of a panel's: 112 KiB of scores, which stay in the second cache.
  static let columns = 512
}

extension CPUBackend {
  /// `attention` with bfloat16 factors and float32 sums.
  ///
  /// As in float32, but keys and values of a head are packed once, and each row of exponentials is
  /// rounded while it is made; the softmax's denominator is the sum of the rounded values, so that
  /// the weights of the values add up to 1.
  func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, sequences: PackedSequences, scale: Float,
    output: Tensor, logSumExp: Tensor, with narrow: BFloat16Product
  ) {
    let shape = AttentionShape(q: q, k: k)
    let (q, k, v) = (q.floats, k.floats, v.floats)
    let (output, logs) = (output.floats, logSumExp.floats)
    pool.run(sequences.count * shape.keyHeads) { unit, worker in
      let (index, keyHead) = (unit / shape.keyHeads, unit % shape.keyHeads)
      let borders = SequenceBorders(sequences, index)
      let first = borders.keys.lowerBound * shape.keyStride + keyHead * shape.width
      let packed = packKeys(
        Matrix(k + first, stride: shape.keyStride), Matrix(v + first, stride: shape.keyStride),
        count: borders.keys.count, width: shape.width, scratch[worker], with: narrow)
      for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
        for start in stride(from: 0, to: borders.queries.count, by: AttentionBlock.rows) {
          let rows = start..<min(borders.queries.count, start + AttentionBlock.rows)
          let token = borders.queries.lowerBound + start
          let place = token * shape.queryStride + head * shape.width
          attend(
            Matrix(q + place, stride: shape.queryStride), packed.keys, packed.values,
            to: Matrix(output + place, stride: shape.queryStride), rows: rows,
            span: borders.span(of: rows, window: sequences.window), scale: scale,
            width: shape.width, logs: logs + (token * shape.heads + head), logStride: shape.heads,
            scratch[worker],
            with: narrow)
        }
      }
    }
  }

  /// Keys `[width, keys]` and values `[keys, width]` of a head as right factors.
  private func packKeys(
    _ k: Matrix, _ v: Matrix, count: Int, width: Int, _ scratch: Scratch,
    with narrow: BFloat16Product
  ) -> (keys: PackedPanels, values: PackedPanels) {
    let keys = scratch.panels(.keys, pairs: pairCount(width), columns: count)
    let values = scratch.panels(.values, pairs: pairCount(count), columns: width)
    narrow.pack(k.transposed, rows: width, columns: count, to: keys)
    narrow.pack(v, rows: count, columns: width, to: values)
    return (keys, values)
  }

  /// One block of queries of one head against all keys it may see.
  private func attend(
    _ q: Matrix, _ keys: PackedPanels, _ values: PackedPanels, to output: Matrix,
    rows: Range<Int>, span: VisibleSpan, scale: Float, width: Int,
    logs: UnsafeMutablePointer<Float>,
    logStride: Int, _ scratch: Scratch, with narrow: BFloat16Product
  ) {
    let maxima = scratch.floats(.rows, 2 * rows.count)
    let sums = maxima + rows.count
    for i in 0..<rows.count { (maxima[i], sums[i]) = (-.infinity, 0) }
    let queries = scratch.rounded(.queries, rows: rows.count, pairs: pairCount(width))
    narrow.round(q, rows: rows.count, columns: width, to: queries)
    let scores = Matrix(
      scratch.floats(.scores, rows.count * AttentionBlock.columns),
      stride: AttentionBlock.columns)
    let p = scratch.rounded(
      .exponentials, rows: rows.count, pairs: pairCount(AttentionBlock.columns))
    // Blocks begin at a panel's border.
    let start = span.first / PackedPanels.columns * PackedPanels.columns
    for first in stride(from: start, to: span.end, by: AttentionBlock.columns) {
      let count = min(AttentionBlock.columns, span.end - first)
      narrow.multiply(
        queries, keys.from(column: first), to: scores, rows: rows.count, columns: count,
        pairs: pairCount(width))
      for i in 0..<rows.count {
        let seen = span.keys(ofRow: i, from: first, count: count)
        let correction = narrow.table.softmax_block(
          scores.pointer + i * scores.stride, Int64(seen.lowerBound), Int64(seen.upperBound),
          Int64(pairCount(count) * 2), scale, maxima + i, sums + i, p.from(row: i).halves)
        if first > start {
          kernels.scale(output.pointer + i * output.stride, correction, Int64(width))
        }
      }
      narrow.multiply(
        p, values.from(column: 0, pair: first / 2), to: output, rows: rows.count,
        columns: width, pairs: pairCount(count), accumulate: first > start)
    }
    for i in 0..<rows.count {
      kernels.scale(output.pointer + i * output.stride, 1 / sums[i], Int64(width))
      logs[i * logStride] = maxima[i] + logf(sums[i])
    }
  }
}

extension RoundedRows {
  /// The elements one by one.
  var halves: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt16.self)
  }
}
