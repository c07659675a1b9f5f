internal import CTensorKernels
import Compute
internal import Glibc

/// What is known of a chunk's logits, tile by tile: all float32 `[tiles, tokens]` but `targets`.
struct LogitTiles {
  /// Words of a tile. The exponentials of a tile share one maximum.
  static let words = 512
  /// Tokens whose logits exist at once in float32: whole strips.
  static let height = 4 * Int(CTENSOR_STRIP)
  /// Exponentials, in bfloat16, that exist at once: 64 MiB.
  static let exponentialsAtOnce = 1 << 25
  static let mostTokens = 1024
  /// Words of the vocabulary that are packed at once for the hidden states' gradient: 16 MiB.
  static let packedAtOnce = 1 << 22

  let tokens: Int
  /// The largest logit, the sum of the exponentials, and what they are multiplied with in the end.
  let maxima: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Float>
  let factors: UnsafeMutablePointer<Float>
  /// The target's logit, and the weighted loss: float32 `[tokens]`.
  let aims: UnsafeMutablePointer<Float>
  let losses: UnsafeMutablePointer<Float>
  /// `exp(logit - maximum of the tile)`: bfloat16 `[tokens, vocabulary]`.
  let exponentials: RoundedRows
  let count: Int

  init(tokens: Int, vocabulary: Int, _ scratch: Scratch) {
    count = (vocabulary + Self.words - 1) / Self.words
    self.tokens = tokens
    let table = scratch.floats(.factors, (3 * count + 2) * tokens)
    maxima = table
    sums = table + count * tokens
    factors = table + 2 * count * tokens
    aims = table + 3 * count * tokens
    losses = aims + tokens
    exponentials = scratch.rounded(.exponentials, rows: tokens, pairs: pairCount(vocabulary))
  }

  static func chunk(vocabulary: Int) -> Int {
    min(mostTokens, max(height, exponentialsAtOnce / max(1, vocabulary) / height * height))
  }
}

extension CPUBackend {
  /// The weighted losses of all tokens, summed, with bfloat16 factors and float32 sums.
  ///
  /// Logits exist as float32 in a tile of 56 tokens by 512 words, in a worker's cache. What stays of a
  /// tile `b` are `m_b`, its largest logit, `s_b = Σ exp(l - m_b)`, and the exponentials in bfloat16.
  /// With `M = max m_b` and `S = Σ s_b exp(m_b - M)` over the tiles in their order:
  ///
  ///     loss = M + log S - l[target]
  ///     hiddenGradient = Σ_b (w exp(m_b - M) / S) (exp(l_b - m_b) E_b) - w E[target]
  ///
  /// so no logit is read twice, and no second pass over the vocabulary is made to normalize.
  func crossEntropy(
    _ hidden: Tensor, _ head: LinearWeight, _ targets: Tensor, _ weights: Tensor,
    _ pass: CrossEntropyPass, normalizer: Float, gradients: CrossEntropyGradients?,
    with narrow: BFloat16Product
  ) -> Double {
    let size = LogitTiles.chunk(vocabulary: pass.vocabulary)
    var total = 0.0
    for first in stride(from: 0, to: pass.count, by: size) {
      let part = first..<min(pass.count, first + size)
      let tiles = LogitTiles(tokens: part.count, vocabulary: pass.vocabulary, shared)
      let ids = UnsafePointer(targets.integers)
      makeExponentials(tiles, hidden, head, ids, pass, part, with: narrow)
      normalize(tiles, ids, weights.floats, pass, part, normalizer: normalizer)
      for i in 0..<part.count { total += Double(tiles.losses[i]) }
      guard let gradients else { continue }
      addHeadGradients(
        tiles, hidden, targets, weights, pass, part, normalizer: normalizer, to: gradients,
        with: narrow)
      addHiddenGradient(
        tiles, head, ids, weights.floats, pass, part, normalizer: normalizer,
        to: gradients.hidden.floats, with: narrow)
    }
    return total
  }

  /// The exponentials of all tiles of a chunk, with their maxima and sums.
  private func makeExponentials(
    _ tiles: LogitTiles, _ hidden: Tensor, _ head: LinearWeight, _ ids: UnsafePointer<Int32>,
    _ pass: CrossEntropyPass, _ part: Range<Int>, with narrow: BFloat16Product
  ) {
    let (width, tokens) = (pass.width, tiles.tokens)
    let rows = shared.rounded(.rounded, rows: tokens, pairs: pairCount(width))
    let source = hidden.floats
    forRanges(tokens, of: LogitTiles.height) { range, _ in
      for i in range {
        let place = Int(pass.places[part.lowerBound + i])
        precondition(
          Int(ids[place]) < pass.vocabulary,
          "target \(ids[place]) is not among \(pass.vocabulary)")
        narrow.round(
          Matrix(source + place * width, stride: width), rows: 1, columns: width,
          to: rows.from(row: i))
      }
    }
    forRanges(pass.vocabulary, of: LogitTiles.words) { words, scratch in
      let panels = scratch.panels(.packed, pairs: pairCount(width), columns: words.count)
      let weight = tile(of: head, rows: words, columns: 0..<width, scratch)
      narrow.pack(weight.transposed, rows: width, columns: words.count, to: panels)
      let logits = Matrix(
        scratch.floats(.scores, LogitTiles.height * LogitTiles.words), stride: LogitTiles.words)
      let row = words.lowerBound / LogitTiles.words * tokens
      for start in stride(from: 0, to: tokens, by: LogitTiles.height) {
        let count = min(LogitTiles.height, tokens - start)
        narrow.multiply(
          rows.from(row: start), panels, to: logits, rows: count, columns: words.count,
          pairs: pairCount(width))
        for i in start..<start + count {
          let line = logits.pointer + (i - start) * logits.stride
          let target = Int(ids[Int(pass.places[part.lowerBound + i])])
          if words.contains(target) { tiles.aims[i] = line[target - words.lowerBound] }
          tiles.maxima[row + i] = narrow.table.exponentials(
            line, Int64(words.count), tiles.sums + row + i,
            tiles.exponentials.from(row: i, pair: words.lowerBound / 2).halves)
        }
      }
    }
  }

  /// The loss of each token of a chunk, and the factors that make gradients of its exponentials.
  private func normalize(
    _ tiles: LogitTiles, _ ids: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>,
    _ pass: CrossEntropyPass, _ part: Range<Int>, normalizer: Float
  ) {
    let tokens = tiles.tokens
    forRanges(tokens, of: LogitTiles.height) { range, _ in
      for i in range {
        let weight = weights[Int(pass.places[part.lowerBound + i])]
        var maximum = -Float.infinity
        for tile in 0..<tiles.count { maximum = max(maximum, tiles.maxima[tile * tokens + i]) }
        var sum: Float = 0
        for tile in 0..<tiles.count {
          let factor = expf(tiles.maxima[tile * tokens + i] - maximum)
          tiles.factors[tile * tokens + i] = factor
          sum += tiles.sums[tile * tokens + i] * factor
        }
        let scale = normalizer * weight / sum
        for tile in 0..<tiles.count { tiles.factors[tile * tokens + i] *= scale }
        tiles.losses[i] = weight * (maximum + logf(sum) - tiles.aims[i])
      }
    }
  }

  /// The gradient of a chunk's hidden states, written to the tokens' places.
  private func addHiddenGradient(
    _ tiles: LogitTiles, _ head: LinearWeight, _ ids: UnsafePointer<Int32>,
    _ weights: UnsafePointer<Float>, _ pass: CrossEntropyPass, _ part: Range<Int>,
    normalizer: Float, to target: UnsafeMutablePointer<Float>, with narrow: BFloat16Product
  ) {
    let (width, tokens) = (pass.width, tiles.tokens)
    let sums = Matrix(shared.floats(.hidden, tokens * width), stride: width)
    let columns = BFloat16Tiling(pairs: LogitTiles.words / 2, columns: width).columns
    let group =
      max(1, LogitTiles.packedAtOnce * 2 / max(1, width) / LogitTiles.words) * LogitTiles.words
    for start in stride(from: 0, to: pass.vocabulary, by: group) {
      let words = start..<min(pass.vocabulary, start + group)
      let panels = shared.panels(.packed, pairs: pairCount(words.count), columns: width)
      forRanges(words.count, of: BFloat16Tiling.packedAtOnce) { range, scratch in
        let rows = words.lowerBound + range.lowerBound..<words.lowerBound + range.upperBound
        let weight = tile(of: head, rows: rows, columns: 0..<width, scratch)
        narrow.pack(
          weight, rows: rows.count, columns: width, to: panels, first: range.lowerBound / 2)
      }
      forTiles(rows: tokens, of: LogitTiles.height, columns: width, of: columns) {
        rows, columns, _ in
        for first in stride(from: words.lowerBound, to: words.upperBound, by: LogitTiles.words) {
          let count = min(LogitTiles.words, words.upperBound - first)
          narrow.multiply(
            tiles.exponentials.from(row: rows.lowerBound, pair: first / 2),
            panels.from(column: columns.lowerBound, pair: (first - start) / 2),
            to: sums.from(row: rows.lowerBound, column: columns.lowerBound), rows: rows.count,
            columns: columns.count, pairs: pairCount(count),
            factors: tiles.factors + (first / LogitTiles.words * tokens + rows.lowerBound),
            accumulate: first > 0)
        }
      }
    }
    forRanges(tokens, of: LogitTiles.height) { range, scratch in
      let word = scratch.floats(.input, width)
      for i in range {
        let place = Int(pass.places[part.lowerBound + i])
        expand(head, from: Int(ids[place]) * width, count: width, to: word, scratch)
        kernels.scale(word, -normalizer * weights[place], Int64(width))
        kernels.add(sums.pointer + i * width, word, Int64(width))
        memcpy(target + place * width, word, width * 4)
      }
    }
  }
}
