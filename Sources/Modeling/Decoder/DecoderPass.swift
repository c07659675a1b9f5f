internal import Compute

/// One pass of one micro-batch: where its tensors lie. Made anew for each, without taking memory.
struct DecoderPass {
  let backend: any Backend
  /// int32 `[tokens]`.
  let tokens: Tensor
  /// int32 `[tokens]`.
  let positions: Tensor
  /// int32 `[tokens]`: for each token its place among an adapter's rows of the embedding, −1 where it
  /// has none; `nil` where there are no such rows.
  let trainedRows: Tensor?
  /// Borders of queries and keys: one for each of the cache's tracks, or the only one.
  let sequences: [PackedSequences]
  /// The dropout masks of this pass; `nil` unless training.
  let dropout: DropoutStreams?
  /// The plan's buffers, `[capacity, width]`.
  let buffers: [Tensor]
  /// Keys and values of earlier passes; only while generating.
  let cache: KeyValueCache?

  /// How many tokens.
  var count: Int { tokens.rows }

  /// The tensor at `slot`, `[tokens, width]`.
  subscript(slot: ActivationSlot) -> Tensor {
    switch slot {
    case .buffer(let index): buffers[index].prefix(count)
    case .cachedKeys(let layer): filled.keys[layer].rows(newRows(layer))
    case .cachedValues(let layer): filled.values[layer].rows(newRows(layer))
    }
  }

  /// Keys or values that queries of this pass may see: those of earlier passes too.
  func attended(_ slot: ActivationSlot) -> Tensor {
    switch slot {
    case .buffer(let index): buffers[index].prefix(count)
    case .cachedKeys(let layer): filled.keys[layer].prefix(newRows(layer).upperBound)
    case .cachedValues(let layer): filled.values[layer].prefix(newRows(layer).upperBound)
    }
  }

  /// The borders of the queries of this pass and of the keys at `slot`.
  func borders(of slot: ActivationSlot) -> PackedSequences {
    switch slot {
    case .buffer: sequences[0]
    case .cachedKeys(let layer), .cachedValues(let layer): sequences[filled.trackOfLayer[layer]]
    }
  }

  /// Where the rows of this pass stand in a layer's cache.
  private func newRows(_ layer: Int) -> Range<Int> {
    let first = filled.held(layer)
    return first..<first + count
  }

  /// The cache; a list with cached slots is run with one only.
  private var filled: KeyValueCache {
    guard let cache else { preconditionFailure("a list with cached slots needs a cache") }
    return cache
  }
}

/// The random streams of the dropout masks of one pass: one for each adapter.
public struct DropoutStreams: Sendable, Hashable {
  /// The seed of the run.
  public let seed: UInt64
  /// The number of the pass since training began; a mask is made again from it while recomputing.
  public let pass: UInt64

  /// The masks of pass number `pass` under `seed`.
  public init(seed: UInt64, pass: UInt64) {
    self.seed = seed
    self.pass = pass
  }
}
