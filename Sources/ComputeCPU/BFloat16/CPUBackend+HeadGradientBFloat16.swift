internal import CTensorKernels
import Compute

extension CPUBackend {
  /// Gradients of a trained head, or of some of its rows, of a chunk's tokens; see `crossEntropy`.
  ///
  /// The gradient of the logit of word `v`, in tile `b`, is `factor_b exp(l - m_b)`, less the token's
  /// weight where `v` is its target. With the factors put to the hidden states,
  ///
  ///     headGradient[v] += Σ_t exp(l[t, v] - m_b[t]) (factor_b[t] h[t]) - Σ_{t: target = v} w[t] h[t]
  ///
  /// whose first sum is a product of bfloat16 factors, and whose second is made in float32.
  func addHeadGradients(
    _ tiles: LogitTiles, _ hidden: Tensor, _ targets: Tensor, _ weights: Tensor,
    _ pass: CrossEntropyPass, _ part: Range<Int>, normalizer: Float,
    to gradients: CrossEntropyGradients, with narrow: BFloat16Product
  ) {
    guard gradients.head != nil || gradients.headRows != nil else { return }
    let chunk = HeadChunk(
      tiles: tiles, hidden: gather(hidden, pass, part), ids: targets.integers,
      weights: weights.floats, places: pass.places + part.lowerBound, width: pass.width,
      vocabulary: pass.vocabulary, normalizer: normalizer)
    if let head = gradients.head { addHeadGradient(chunk, to: head.matrix, with: narrow) }
    if let selected = gradients.headRows { addRowGradient(chunk, to: selected) }
  }

  /// The gradients of all rows, a tile of words by one thread.
  private func addHeadGradient(
    _ chunk: HeadChunk, to gradient: Matrix, with narrow: BFloat16Product
  ) {
    let (tokens, width) = (chunk.tiles.tokens, chunk.width)
    let pairs = pairCount(tokens)
    forRanges(chunk.vocabulary, of: LogitTiles.words) { words, scratch in
      let scaled = Matrix(scratch.floats(.input, tokens * width), stride: width)
      let factors = chunk.tiles.factors + words.lowerBound / LogitTiles.words * tokens
      for t in 0..<tokens {
        let row = scaled.pointer + t * width
        row.update(from: chunk.hidden.pointer + t * width, count: width)
        kernels.scale(row, factors[t], Int64(width))
      }
      let right = scratch.panels(.packed, pairs: pairs, columns: width)
      narrow.pack(scaled, rows: tokens, columns: width, to: right)
      let left = scratch.rounded(.rounded, rows: words.count, pairs: pairs)
      let exponentials = chunk.tiles.exponentials.from(row: 0, pair: words.lowerBound / 2)
      narrow.table.turn_halves(
        exponentials.halves, Int64(exponentials.stride * 2), Int64(words.count), Int64(tokens),
        left.words, Int64(left.stride))
      narrow.multiply(
        left, right, to: gradient.from(row: words.lowerBound), rows: words.count, columns: width,
        pairs: pairs, accumulate: true)
      for t in 0..<tokens where words.contains(chunk.target(t)) {
        let row = scaled.pointer
        row.update(from: chunk.hidden.pointer + t * width, count: width)
        kernels.scale(row, -chunk.weight(t), Int64(width))
        kernels.add(row, gradient.pointer + chunk.target(t) * width, Int64(width))
      }
    }
  }

  /// The gradients of the selected rows, from their own logits' gradients.
  private func addRowGradient(_ chunk: HeadChunk, to selected: SelectedRows) {
    let (ids, count) = (selected.indices.integers, selected.indices.count)
    let columns = selectedColumns(tokens: chunk.tiles.tokens, count: count)
    for t in 0..<chunk.tiles.tokens {
      let row = chunk.tiles.exponentials.from(row: t).halves
      for k in 0..<count {
        let word = Int(ids[k])
        precondition(0..<chunk.vocabulary ~= word, "row \(word) is not among \(chunk.vocabulary)")
        let factor = chunk.tiles.factors[word / LogitTiles.words * chunk.tiles.tokens + t]
        let share = factor * Float(bitPattern: UInt32(row[word]) << 16)
        columns.pointer[t * count + k] = share - (chunk.target(t) == word ? chunk.weight(t) : 0)
      }
    }
    addRowGradient(
      columns, chunk.hidden, tokens: chunk.tiles.tokens, width: chunk.width, to: selected)
  }
}

/// What the gradient of a head needs of a chunk of tokens.
private struct HeadChunk {
  let tiles: LogitTiles
  /// float32 `[tokens, width]`.
  let hidden: Matrix
  let ids: UnsafePointer<Int32>
  let weights: UnsafePointer<Float>
  /// The places of the chunk's tokens.
  let places: UnsafePointer<Int32>
  let width: Int
  let vocabulary: Int
  let normalizer: Float

  /// The target of token number `t`.
  func target(_ t: Int) -> Int { Int(ids[Int(places[t])]) }
  /// Its share of the loss.
  func weight(_ t: Int) -> Float { normalizer * weights[Int(places[t])] }
}
