internal import CTensorKernels
import Compute
internal import Glibc

/// The sizes of one attention call and where its rows lie.
struct AttentionShape {
  /// Heads of queries, and of keys and values.
  let heads: Int
  let keyHeads: Int
  /// Elements a head.
  let width: Int
  /// Elements from one token to the next.
  var queryStride: Int { heads * width }
  var keyStride: Int { keyHeads * width }
  /// Query heads that share a key-value head.
  var group: Int { heads / keyHeads }

  /// Queries and keys of one block of scores: 128 KiB, which a core's second cache holds beside the
  /// block's keys and values.
  static let queriesAtOnce = 64
  static let keysAtOnce = 512

  init(q: Tensor, k: Tensor) {
    (heads, width) = (q.shape[1], q.shape[2])
    keyHeads = k.shape[1]
    precondition(heads % keyHeads == 0, "query heads must be a multiple of key-value heads")
  }
}

/// One sequence's place among the queries and keys of a micro-batch.
struct SequenceBorders {
  let queries: Range<Int>
  let keys: Range<Int>
  /// Keys that the first query may see besides its own: those a cache holds.
  var ahead: Int { keys.count - queries.count }

  init(_ sequences: PackedSequences, _ index: Int) {
    let (queries, keys) = (sequences.queryBorders.integers, sequences.keyBorders.integers)
    self.queries = Int(queries[index])..<Int(queries[index + 1])
    self.keys = Int(keys[index])..<Int(keys[index + 1])
  }
}

extension CPUBackend {
  /// Causal softmax attention inside each sequence; see `Backend`.
  ///
  /// A unit is one head of one sequence. It goes through blocks of queries, and for each through
  /// blocks of keys with a running maximum and sum, so that scores of more than a block never exist.
  /// Source: Dao 2023, "FlashAttention-2", algorithm 1.
  public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, sequences: PackedSequences, scale: Float,
    output: Tensor, logSumExp: Tensor
  ) {
    let shape = AttentionShape(q: q, k: k)
    output.expectCount(q.count, "attention's output")
    v.expectCount(k.count, "attention's values")
    logSumExp.expectCount(q.shape[0] * shape.heads, "attention's logSumExp")
    if let narrow {
      return attention(
        q, k, v, sequences: sequences, scale: scale, output: output, logSumExp: logSumExp,
        with: narrow)
    }
    let (q, k, v) = (q.floats, k.floats, v.floats)
    let (output, logs) = (output.floats, logSumExp.floats)
    pool.run(sequences.count * shape.heads) { unit, worker in
      let (index, head) = (unit / shape.heads, unit % shape.heads)
      let borders = SequenceBorders(sequences, index)
      let column = head * shape.width
      let keyColumn = head / shape.group * shape.width
      let first = borders.keys.lowerBound * shape.keyStride + keyColumn
      let keys = Matrix(k + first, stride: shape.keyStride)
      let values = Matrix(v + first, stride: shape.keyStride)
      for start in stride(from: 0, to: borders.queries.count, by: AttentionShape.queriesAtOnce) {
        let rows = start..<min(borders.queries.count, start + AttentionShape.queriesAtOnce)
        let token = borders.queries.lowerBound + start
        let place = token * shape.queryStride + column
        attend(
          Matrix(q + place, stride: shape.queryStride), keys, values,
          to: Matrix(output + place, stride: shape.queryStride), rows: rows,
          span: borders.span(of: rows, window: sequences.window), scale: scale, width: shape.width,
          logs: logs + (token * shape.heads + head),
          logStride: shape.heads, scratch[worker])
      }
    }
  }

  /// One block of queries of one head against all keys it may see.
  private func attend(
    _ q: Matrix, _ keys: Matrix, _ values: Matrix, to output: Matrix, rows: Range<Int>,
    span: VisibleSpan, scale: Float, width: Int, logs: UnsafeMutablePointer<Float>, logStride: Int,
    _ scratch: Scratch
  ) {
    let maxima = scratch.floats(.rows, 2 * rows.count)
    let sums = maxima + rows.count
    for i in 0..<rows.count { (maxima[i], sums[i]) = (-.infinity, 0) }
    for first in stride(from: span.first, to: span.end, by: AttentionShape.keysAtOnce) {
      let count = min(AttentionShape.keysAtOnce, span.end - first)
      let scores = Matrix(scratch.floats(.scores, rows.count * count), stride: count)
      product.multiply(
        q, keys.from(row: first).transposed, to: scores, rows: rows.count, columns: count,
        inner: width, scratch: scratch)
      for i in 0..<rows.count {
        let row = scores.pointer + i * count
        let seen = span.keys(ofRow: i, from: first, count: count)
        for key in 0..<seen.lowerBound { row[key] = 0 }
        let correction = kernels.softmax_block(
          row + seen.lowerBound, Int64(seen.count), Int64(count - seen.lowerBound), scale,
          maxima + i, sums + i)
        if first > span.first {
          kernels.scale(output.pointer + i * output.stride, correction, Int64(width))
        }
      }
      product.multiply(
        scores, values.from(row: first), to: output, rows: rows.count, columns: width,
        inner: count, accumulate: first > span.first, scratch: scratch)
    }
    for i in 0..<rows.count {
      kernels.scale(output.pointer + i * output.stride, 1 / sums[i], Int64(width))
      logs[i * logStride] = maxima[i] + logf(sums[i])
    }
  }
}
