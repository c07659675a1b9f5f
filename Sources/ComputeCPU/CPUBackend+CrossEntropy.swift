internal import CTensorKernels
import Compute
internal import Glibc

/// The supervised tokens of one cross-entropy call, cut into chunks.
struct CrossEntropyPass {
  /// The places of the supervised tokens, in order.
  let places: UnsafeMutablePointer<Int32>
  let count: Int
  let width: Int
  let vocabulary: Int
  /// Supervised tokens a chunk.
  let chunk: Int

  /// Words of a tile.
  let words: Int

  /// Elements of the logits that exist at once: 64 MiB.
  static let logitsAtOnce = 1 << 24
  static let mostTokens = 1024
  static let leastTokens = 64
  /// Tokens and columns of a tile of the hidden states' gradient.
  static let tokens = 128
  static let columns = 256

  init(places: UnsafeMutablePointer<Int32>, count: Int, width: Int, vocabulary: Int) {
    (self.places, self.count, self.width) = (places, count, width)
    self.vocabulary = vocabulary
    words = TileSize.cutting(vocabulary, into: 8, within: 256...1024)
    chunk = min(
      Self.mostTokens, max(Self.leastTokens, Self.logitsAtOnce / max(1, vocabulary) / 64 * 64))
  }
}

extension CPUBackend {
  /// Weighted cross-entropy from hidden states; see `Backend`.
  ///
  /// Only supervised tokens (target not negative, weight not 0) are gathered; the others get a
  /// zero gradient. The losses of all tokens are added in double precision in the tokens' order.
  public func crossEntropy(
    hidden: Tensor, head: LinearWeight, targets: Tensor, weights: Tensor, normalizer: Float,
    loss: Tensor, gradients: CrossEntropyGradients?
  ) {
    let pass = CrossEntropyPass(
      places: shared.integers(.rows, targets.count),
      count: gatherSupervised(targets, weights, to: shared.integers(.rows, targets.count)),
      width: head.inputCount, vocabulary: head.outputCount)
    hidden.expectCount(targets.count * pass.width, "the hidden states")
    weights.expectCount(targets.count, "the weights of the loss")
    if let gradients { zero(gradients.hidden) }
    if let narrow {
      let total = crossEntropy(
        hidden, head, targets, weights, pass, normalizer: normalizer, gradients: gradients,
        with: narrow)
      loss.floats.pointee += normalizer * Float(total)
      return
    }
    var total = 0.0
    for first in stride(from: 0, to: pass.count, by: pass.chunk) {
      let part = first..<min(pass.count, first + pass.chunk)
      let rows = gather(hidden, pass, part)
      let logits = makeLogits(rows, head, pass, part)
      total += loseRows(
        logits, pass, part, targets, weights, normalizer: normalizer,
        gradient: gradients != nil)
      if let gradients {
        addHeadGradient(logits, rows, pass, part, to: gradients.head)
        if let selected = gradients.headRows {
          addRowGradient(
            logits, rows, tokens: part.count, width: pass.width, vocabulary: pass.vocabulary,
            to: selected)
        }
        scatterHiddenGradient(logits, head, pass, part, to: gradients.hidden)
      }
    }
    loss.floats.pointee += normalizer * Float(total)
  }

  private func gatherSupervised(
    _ targets: Tensor, _ weights: Tensor, to places: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (ids, factors) = (targets.integers, weights.floats)
    var count = 0
    for t in 0..<targets.count where ids[t] >= 0 && factors[t] != 0 {
      places[count] = Int32(t)
      count += 1
    }
    return count
  }

  /// The hidden states of a chunk's tokens, end to end.
  func gather(_ hidden: Tensor, _ pass: CrossEntropyPass, _ part: Range<Int>) -> Matrix {
    let rows = shared.floats(.hidden, part.count * pass.width)
    let source = hidden.floats
    for (i, place) in part.enumerated() {
      memcpy(
        rows + i * pass.width, source + Int(pass.places[place]) * pass.width, pass.width * 4)
    }
    return Matrix(rows, stride: pass.width)
  }

  /// `logits = rows Eᵀ`, `[chunk, vocabulary]`.
  private func makeLogits(
    _ rows: Matrix, _ head: LinearWeight, _ pass: CrossEntropyPass, _ part: Range<Int>
  ) -> Matrix {
    let logits = Matrix(
      shared.floats(.logits, part.count * pass.vocabulary), stride: pass.vocabulary)
    forRanges(pass.vocabulary, of: pass.words) { words, scratch in
      let weight = tile(of: head, rows: words, columns: 0..<pass.width, scratch)
      product.multiply(
        rows, weight.transposed, to: logits.from(row: 0, column: words.lowerBound),
        rows: part.count, columns: words.count, inner: pass.width, scratch: scratch)
    }
    return logits
  }

  /// The weighted losses of a chunk; with `gradient`, logits become their own gradients.
  private func loseRows(
    _ logits: Matrix, _ pass: CrossEntropyPass, _ part: Range<Int>, _ targets: Tensor,
    _ weights: Tensor, normalizer: Float, gradient: Bool
  ) -> Double {
    let losses = shared.floats(.partials, part.count)
    let (ids, factors) = (targets.integers, weights.floats)
    forRanges(part.count, of: 16) { range, _ in
      for i in range {
        let place = Int(pass.places[part.lowerBound + i])
        precondition(
          ids[place] < pass.vocabulary, "target \(ids[place]) is not among \(pass.vocabulary)")
        losses[i] =
          factors[place]
          * kernels.cross_entropy(
            logits.pointer + i * logits.stride, Int64(pass.vocabulary), Int64(ids[place]),
            normalizer * factors[place], gradient)
      }
    }
    return (0..<part.count).reduce(0.0) { $0 + Double(losses[$1]) }
  }

  /// `headGradient += logitsᵀ rows`, each word's row by one thread.
  private func addHeadGradient(
    _ logits: Matrix, _ rows: Matrix, _ pass: CrossEntropyPass, _ part: Range<Int>,
    to gradient: Tensor?
  ) {
    guard let gradient else { return }
    forRanges(pass.vocabulary, of: pass.words) { words, scratch in
      product.multiply(
        logits.from(row: 0, column: words.lowerBound).transposed, rows,
        to: gradient.matrix.from(row: words.lowerBound), rows: words.count, columns: pass.width,
        inner: part.count, accumulate: true, scratch: scratch)
    }
  }

  /// `hiddenGradient[place] = logits E`, for each token of the chunk.
  private func scatterHiddenGradient(
    _ logits: Matrix, _ head: LinearWeight, _ pass: CrossEntropyPass, _ part: Range<Int>,
    to gradient: Tensor
  ) {
    let target = gradient.floats
    let wordsAtOnce = head.isPlain ? pass.vocabulary : pass.words
    forTiles(
      rows: part.count, of: CrossEntropyPass.tokens, columns: pass.width,
      of: CrossEntropyPass.columns
    ) { tokens, columns, scratch in
      let rows = Matrix(scratch.floats(.input, tokens.count * columns.count), stride: columns.count)
      for first in stride(from: 0, to: pass.vocabulary, by: wordsAtOnce) {
        let words = first..<min(pass.vocabulary, first + wordsAtOnce)
        let weight = tile(of: head, rows: words, columns: columns, scratch)
        product.multiply(
          logits.from(row: tokens.lowerBound, column: first), weight, to: rows,
          rows: tokens.count, columns: columns.count, inner: words.count, accumulate: first > 0,
          scratch: scratch)
      }
      for (i, token) in tokens.enumerated() {
        let place = Int(pass.places[part.lowerBound + token])
        memcpy(
          target + (place * pass.width + columns.lowerBound), rows.pointer + i * columns.count,
          columns.count * 4)
      }
    }
  }
}
