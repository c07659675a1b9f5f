internal import CTensorKernels
import Compute
internal import Glibc

/// One query head's factors of the backward pass, for all queries of a sequence.
private struct BackwardQueries {
  let count: Int
  /// Queries and output gradients as right factors: `[width, queries]`, and `[queries, width]`.
  let acrossQ: PackedPanels
  let acrossY: PackedPanels
  let downQ: PackedPanels
  let downY: PackedPanels
  /// The softmax's logarithms, and `Σ dO * O`, of each query; dO rounded, as it is in the products.
  let logs: UnsafeMutablePointer<Float>
  let dots: UnsafeMutablePointer<Float>
  /// The gradient of the queries, transposed: float32 `[width, queries]`.
  let gradient: Matrix
}

extension CPUBackend {
  /// Gradients of q, k and v with bfloat16 factors and float32 sums.
  ///
  /// All scores are made transposed, a row for each key. So probabilities and their gradients are
  /// left factors as they stand, and none of them is ever transposed:
  ///
  ///     Pᵀ  = exp(scale * K Qᵀ - logSumExp)      dSᵀ = scale * Pᵀ * (V dOᵀ - Σ dO * O)
  ///     dV += Pᵀ dO      dK += dSᵀ Q      dQᵀ += Kᵀ dSᵀ
  ///
  /// A unit is one key-value head of one sequence, with the query heads of its group in order.
  func attendBack(
    _ all: AttentionGradients, _ sequences: PackedSequences, with narrow: BFloat16Product
  ) {
    let shape = all.shape
    pool.run(sequences.count * shape.keyHeads) { unit, worker in
      let borders = SequenceBorders(sequences, unit / shape.keyHeads)
      let keyHead = unit % shape.keyHeads
      let heads = keyHead * shape.group..<(keyHead + 1) * shape.group
      for head in heads {
        let queries = prepare(all, borders, head: head, scratch[worker], with: narrow)
        for start in stride(from: 0, to: borders.keys.count, by: AttentionBlock.rows) {
          let rows = start..<min(borders.keys.count, start + AttentionBlock.rows)
          attendBack(
            all, borders, queries, keyHead: keyHead, rows: rows,
            window: sequences.window ?? Int.max >> 1, accumulate: head > heads.lowerBound,
            scratch[worker], with: narrow)
        }
        let dq = all.rows(all.qGradient, token: borders.queries.lowerBound, head: head)
        for t in 0..<queries.count {
          for c in 0..<shape.width {
            dq.pointer[t * dq.stride + c] = queries.gradient.pointer[c * queries.count + t]
          }
        }
      }
    }
  }

  /// Packs what all blocks of keys need of a head's queries.
  private func prepare(
    _ all: AttentionGradients, _ borders: SequenceBorders, head: Int, _ scratch: Scratch,
    with narrow: BFloat16Product
  ) -> BackwardQueries {
    let (count, width) = (borders.queries.count, all.shape.width)
    let first = borders.queries.lowerBound
    let q = all.rows(all.q, token: first, head: head)
    let dy = all.rows(all.outputGradient, token: first, head: head)
    let y = all.rows(all.output, token: first, head: head)
    let rows = scratch.floats(.rows, 2 * count + 1)
    let across = scratch.panels(.queries, pairs: pairCount(width), columns: 2 * (count + 31))
    let down = scratch.panels(.outputs, pairs: pairCount(count), columns: 2 * (width + 31))
    let queries = BackwardQueries(
      count: count, acrossQ: across,
      acrossY: across.from(column: (count + 31) / 32 * 32),
      downQ: down, downY: down.from(column: (width + 31) / 32 * 32),
      logs: rows, dots: rows + count,
      gradient: Matrix(scratch.floats(.partials, width * count), stride: count))
    // O is a mean of rounded values. With dO rounded too, `Σ dO * O` is the mean of the very products that
    // it is taken from, so that the gradients of a query's scores add up to 0 but for float32's rounding.
    let narrowed = scratch.rounded(.input, rows: 1, pairs: pairCount(width)).halves
    let rounded = scratch.floats(.hidden, width)
    for t in 0..<count {
      queries.logs[t] = all.logs[(first + t) * all.shape.heads + head]
      kernels.float_to_bfloat16(dy.pointer + t * dy.stride, narrowed, Int64(width))
      kernels.bfloat16_to_float(narrowed, rounded, Int64(width))
      queries.dots[t] = kernels.dot(rounded, y.pointer + t * y.stride, Int64(width))
    }
    narrow.pack(q.transposed, rows: width, columns: count, to: queries.acrossQ)
    narrow.pack(dy.transposed, rows: width, columns: count, to: queries.acrossY)
    narrow.pack(q, rows: count, columns: width, to: queries.downQ)
    narrow.pack(dy, rows: count, columns: width, to: queries.downY)
    memset(queries.gradient.pointer, 0, width * count * 4)
    return queries
  }

  /// One block of keys against all queries that see it.
  private func attendBack(
    _ all: AttentionGradients, _ borders: SequenceBorders, _ queries: BackwardQueries,
    keyHead: Int, rows: Range<Int>, window: Int, accumulate: Bool, _ scratch: Scratch,
    with narrow: BFloat16Product
  ) {
    let (width, token) = (all.shape.width, borders.keys.lowerBound + rows.lowerBound)
    let k = all.keyRows(all.k, token: token, head: keyHead)
    let v = all.keyRows(all.v, token: token, head: keyHead)
    let dk = all.keyRows(all.kGradient, token: token, head: keyHead)
    let dv = all.keyRows(all.vGradient, token: token, head: keyHead)
    let keys = scratch.rounded(.keys, rows: rows.count, pairs: pairCount(width))
    let values = scratch.rounded(.values, rows: rows.count, pairs: pairCount(width))
    let turned = scratch.rounded(.rounded, rows: width, pairs: pairCount(rows.count))
    narrow.round(k, rows: rows.count, columns: width, to: keys)
    narrow.round(v, rows: rows.count, columns: width, to: values)
    narrow.round(k.transposed, rows: width, columns: rows.count, to: turned)
    // Query i sees key j if i + ahead - window < j ≤ i + ahead; blocks begin at a panel's border.
    let seen = max(0, rows.lowerBound - borders.ahead) / PackedPanels.columns
    let end = min(queries.count, rows.upperBound - 1 - borders.ahead + window)
    var isFirst = !accumulate
    for first in stride(
      from: seen * PackedPanels.columns, to: end, by: AttentionBlock.columns)
    {
      let columns = first..<min(end, first + AttentionBlock.columns)
      let (p, ds) = scores(
        keys, values, queries, columns, rows: rows, ahead: borders.ahead, window: window,
        width: width,
        scale: all.scale, scratch, with: narrow)
      narrow.multiply(
        p, queries.downY.from(column: 0, pair: first / 2), to: dv, rows: rows.count,
        columns: width, pairs: pairCount(columns.count), accumulate: !isFirst)
      narrow.multiply(
        ds, queries.downQ.from(column: 0, pair: first / 2), to: dk, rows: rows.count,
        columns: width, pairs: pairCount(columns.count), accumulate: !isFirst)
      let packed = scratch.panels(.packed, pairs: pairCount(rows.count), columns: columns.count)
      narrow.table.pack_halves(
        ds.halves, Int64(ds.stride * 2), Int64(rows.count), Int64(columns.count), packed.words,
        Int64(packed.pairs), 0)
      narrow.multiply(
        turned, packed, to: queries.gradient.from(row: 0, column: first), rows: width,
        columns: columns.count, pairs: pairCount(rows.count), accumulate: true)
      isFirst = false
    }
    guard isFirst else { return }
    // No query sees these keys.
    for i in 0..<rows.count {
      memset(dk.pointer + i * dk.stride, 0, width * 4)
      memset(dv.pointer + i * dv.stride, 0, width * 4)
    }
  }

  /// `Pᵀ` and `dSᵀ` of a block of keys and queries, in bfloat16.
  private func scores(
    _ keys: RoundedRows, _ values: RoundedRows, _ queries: BackwardQueries,
    _ columns: Range<Int>, rows: Range<Int>, ahead: Int, window: Int, width: Int, scale: Float,
    _ scratch: Scratch, with narrow: BFloat16Product
  ) -> (p: RoundedRows, ds: RoundedRows) {
    let across = AttentionBlock.columns
    let s = Matrix(scratch.floats(.scores, rows.count * across), stride: across)
    let dp = Matrix(scratch.floats(.scoreGradients, rows.count * across), stride: across)
    let both = scratch.rounded(.exponentials, rows: 2 * rows.count, pairs: pairCount(across))
    let (p, ds) = (both, both.from(row: rows.count))
    narrow.multiply(
      keys, queries.acrossQ.from(column: columns.lowerBound), to: s, rows: rows.count,
      columns: columns.count, pairs: pairCount(width))
    narrow.multiply(
      values, queries.acrossY.from(column: columns.lowerBound), to: dp, rows: rows.count,
      columns: columns.count, pairs: pairCount(width))
    let (logs, dots) = (queries.logs + columns.lowerBound, queries.dots + columns.lowerBound)
    let firstSeen = rows.lowerBound - ahead - columns.lowerBound
    for i in 0..<rows.count {
      narrow.table.softmax_block_backward(
        s.pointer + i * across, dp.pointer + i * across, Int64(firstSeen + i),
        Int64(min(firstSeen + i + window, columns.count)), Int64(pairCount(columns.count) * 2),
        scale, logs, dots,
        p.from(row: i).halves, ds.from(row: i).halves)
    }
    return (p, ds)
  }
}
