internal import CTensorKernels
import Compute
internal import Glibc

/// What the backward pass of attention reads and writes.
struct AttentionGradients {
  let shape: AttentionShape
  let scale: Float
  let outputGradient, q, k, v, output, logs: UnsafeMutablePointer<Float>
  let qGradient, kGradient, vGradient: UnsafeMutablePointer<Float>

  /// Rows of a tensor laid out like the queries, from `token` on, of one head.
  func rows(_ base: UnsafeMutablePointer<Float>, token: Int, head: Int) -> Matrix {
    Matrix(
      base + (token * shape.queryStride + head * shape.width), stride: shape.queryStride)
  }

  /// Rows of a tensor laid out like the keys, from `token` on, of one key-value head.
  func keyRows(_ base: UnsafeMutablePointer<Float>, token: Int, head: Int) -> Matrix {
    Matrix(base + (token * shape.keyStride + head * shape.width), stride: shape.keyStride)
  }
}

extension CPUBackend {
  /// Gradients of q, k and v; see `Backend`.
  ///
  /// A unit is one key-value head of one sequence. It goes through the query heads of its group in
  /// order, so that their sums into the key's and value's gradients have a fixed order.
  public func attentionBackward(
    outputGradient: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, output: Tensor,
    logSumExp: Tensor, sequences: PackedSequences, scale: Float,
    qGradient: Tensor, kGradient: Tensor, vGradient: Tensor
  ) {
    let shape = AttentionShape(q: q, k: k)
    outputGradient.expectCount(q.count, "attention's output gradient")
    qGradient.expectCount(q.count, "the queries' gradient")
    kGradient.expectCount(k.count, "the keys' gradient")
    vGradient.expectCount(k.count, "the values' gradient")
    let all = AttentionGradients(
      shape: shape, scale: scale, outputGradient: outputGradient.floats, q: q.floats,
      k: k.floats, v: v.floats, output: output.floats, logs: logSumExp.floats,
      qGradient: qGradient.floats, kGradient: kGradient.floats, vGradient: vGradient.floats)
    if let narrow { return attendBack(all, sequences, with: narrow) }
    pool.run(sequences.count * shape.keyHeads) { unit, worker in
      let borders = SequenceBorders(sequences, unit / shape.keyHeads)
      let keyHead = unit % shape.keyHeads
      for token in borders.keys {
        let k = all.keyRows(all.kGradient, token: token, head: keyHead)
        let v = all.keyRows(all.vGradient, token: token, head: keyHead)
        memset(k.pointer, 0, shape.width * 4)
        memset(v.pointer, 0, shape.width * 4)
      }
      for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
        for start in stride(from: 0, to: borders.queries.count, by: AttentionShape.queriesAtOnce) {
          let rows = start..<min(borders.queries.count, start + AttentionShape.queriesAtOnce)
          attendBack(
            all, borders, head: head, keyHead: keyHead, rows: rows,
            span: borders.span(of: rows, window: sequences.window), scratch[worker])
        }
      }
    }
  }

  /// One block of queries of one head:
  ///
  ///     P  = exp(scale * Q Kᵀ - logSumExp)      dS = scale * P * (dO Vᵀ - Σ dO * O)
  ///     dV += Pᵀ dO      dK += dSᵀ Q      dQ = dS K
  private func attendBack(
    _ all: AttentionGradients, _ borders: SequenceBorders, head: Int, keyHead: Int,
    rows: Range<Int>, span: VisibleSpan, _ scratch: Scratch
  ) {
    let (shape, width) = (all.shape, all.shape.width)
    let token = borders.queries.lowerBound + rows.lowerBound
    let q = all.rows(all.q, token: token, head: head)
    let dq = all.rows(all.qGradient, token: token, head: head)
    let dy = all.rows(all.outputGradient, token: token, head: head)
    let y = all.rows(all.output, token: token, head: head)
    let dots = scratch.floats(.rows, rows.count)
    for i in 0..<rows.count {
      dots[i] = kernels.dot(
        dy.pointer + i * dy.stride, y.pointer + i * y.stride, Int64(width))
    }
    for first in stride(from: span.first, to: span.end, by: AttentionShape.keysAtOnce) {
      let count = min(AttentionShape.keysAtOnce, span.end - first)
      let key = borders.keys.lowerBound + first
      let k = all.keyRows(all.k, token: key, head: keyHead)
      let v = all.keyRows(all.v, token: key, head: keyHead)
      let p = Matrix(scratch.floats(.scores, rows.count * count), stride: count)
      let ds = Matrix(scratch.floats(.scoreGradients, rows.count * count), stride: count)
      product.multiply(
        q, k.transposed, to: p, rows: rows.count, columns: count, inner: width, scratch: scratch)
      product.multiply(
        dy, v.transposed, to: ds, rows: rows.count, columns: count, inner: width, scratch: scratch)
      for i in 0..<rows.count {
        let seen = span.keys(ofRow: i, from: first, count: count)
        let (pRow, dsRow) = (p.pointer + i * count, ds.pointer + i * count)
        for key in 0..<seen.lowerBound { (pRow[key], dsRow[key]) = (0, 0) }
        kernels.softmax_block_backward(
          pRow + seen.lowerBound, dsRow + seen.lowerBound, Int64(seen.count),
          Int64(count - seen.lowerBound), all.scale, all.logs[(token + i) * shape.heads + head],
          dots[i])
      }
      product.multiply(
        p.transposed, dy, to: all.keyRows(all.vGradient, token: key, head: keyHead), rows: count,
        columns: width, inner: rows.count, accumulate: true, scratch: scratch)
      product.multiply(
        ds.transposed, q, to: all.keyRows(all.kGradient, token: key, head: keyHead), rows: count,
        columns: width, inner: rows.count, accumulate: true, scratch: scratch)
      product.multiply(
        ds, k, to: dq, rows: rows.count, columns: width, inner: count,
        accumulate: first > span.first, scratch: scratch)
    }
  }
}
