import Compute
internal import Glibc

extension CPUBackend {
  /// `table[indices[k]] = rows[k]`; see `AdapterOperations`.
  public func copyRows(_ rows: Tensor, to table: Tensor, at indices: Tensor) {
    let (width, ids) = (table.width, indices.integers)
    rows.expectCount(indices.count * width, "the copied rows")
    let (source, target) = (rows.floats, table.floats)
    for k in 0..<indices.count {
      precondition(0..<table.rows ~= Int(ids[k]), "row \(ids[k]) is not among \(table.rows)")
      memcpy(target + Int(ids[k]) * width, source + k * width, width * 4)
    }
  }

  /// `gradient[k] += Σ_t logits[t, indices[k]] · hidden[t]`, with the logits' gradients of a chunk of
  /// tokens in `logits`: the selected rows of the head's gradient.
  func addRowGradient(
    _ logits: Matrix, _ hidden: Matrix, tokens: Int, width: Int, vocabulary: Int,
    to selected: SelectedRows
  ) {
    let (ids, count) = (selected.indices.integers, selected.indices.count)
    let columns = selectedColumns(tokens: tokens, count: count)
    for t in 0..<tokens {
      for k in 0..<count {
        precondition(0..<vocabulary ~= Int(ids[k]), "row \(ids[k]) is not among \(vocabulary)")
        columns.pointer[t * count + k] = logits.pointer[t * logits.stride + Int(ids[k])]
      }
    }
    addRowGradient(columns, hidden, tokens: tokens, width: width, to: selected)
  }

  /// Room for the logits' gradients of the selected rows, `[tokens, count]`.
  func selectedColumns(tokens: Int, count: Int) -> Matrix {
    Matrix(shared.floats(.input, max(1, tokens * count)), stride: count)
  }

  /// `gradient[k] += Σ_t columns[t, k] · hidden[t]`.
  func addRowGradient(
    _ columns: Matrix, _ hidden: Matrix, tokens: Int, width: Int, to selected: SelectedRows
  ) {
    let count = selected.indices.count
    forRanges(width, of: 256) { range, scratch in
      product.multiply(
        columns.transposed, hidden.from(row: 0, column: range.lowerBound),
        to: selected.gradient.matrix.from(row: 0, column: range.lowerBound), rows: count,
        columns: range.count, inner: tokens, accumulate: true, scratch: scratch)
    }
  }
}
