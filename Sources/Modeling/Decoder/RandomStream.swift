internal import Compute

/// Keeps apart what random numbers of one seed are used for: the use stands in the top byte of
/// the stream, so no two uses share numbers.
enum RandomStream {
  private static func make(seed: UInt64, use: UInt64, _ index: UInt64) -> CounterRandom {
    CounterRandom(seed: seed, stream: use << 56 | index & (1 << 56 - 1))
  }

  /// The initial values of the base's tensor called `name`, whatever else the model holds.
  static func weights(seed: UInt64, name: String) -> CounterRandom {
    make(seed: seed, use: 1, fnv1a(name))
  }

  /// The 64-bit FNV-1a hash. Source: Fowler, Noll, Vo and Eastlake, RFC 9923.
  private static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// The initial values of the adapter of one linear layer.
  static func adapter(seed: UInt64, layer: Int, _ projection: Projection) -> CounterRandom {
    make(seed: seed, use: 2, UInt64(layer * Projection.allCases.count + projection.index))
  }

  /// The dropout mask of one linear layer in one pass.
  static func dropout(
    _ streams: DropoutStreams, layer: Int, _ projection: Projection
  ) -> CounterRandom {
    let module = UInt64(layer * Projection.allCases.count + projection.index)
    return make(seed: streams.seed, use: 3, streams.pass << 16 | module)
  }

  /// The choices of a token sampler.
  static func sampling(seed: UInt64) -> CounterRandom { make(seed: seed, use: 4, 0) }
}
