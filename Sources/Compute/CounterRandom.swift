/// Random numbers that depend on a key and a counter alone: Philox 4×32 with 10 rounds.
///
/// There is no state, so a dropout mask can be made again while recomputing, on any device, by any
/// number of threads, and it is the same mask.
///
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; constants as in the
/// Random123 library's `philox.h`.
public struct CounterRandom: Sendable, Hashable {
  /// The seed of the run.
  public var seed: UInt64
  /// What the numbers are for: one stream for each use, such as one layer in one step.
  public var stream: UInt64

  /// The numbers of `stream` under `seed`.
  public init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// Four independent 32-bit numbers for `counter`.
  @inlinable
  public func bits(_ counter: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1) = (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32))
    var (x2, x3) = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    var (k0, k1) = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    for _ in 0..<10 {
      let first = x0.multipliedFullWidth(by: 0xD251_1F53)
      let second = x2.multipliedFullWidth(by: 0xCD9E_8D57)
      (x0, x1, x2, x3) = (second.high ^ x1 ^ k0, second.low, first.high ^ x3 ^ k1, first.low)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }

  /// A number in `0..<1` for element `index`: four consecutive elements share a counter.
  @inlinable
  public func uniform(_ index: Int) -> Float {
    let four = bits(UInt64(index / 4))
    let word =
      switch index % 4 {
      case 0: four.0
      case 1: four.1
      case 2: four.2
      default: four.3
      }
    return Float(word >> 8) * 0x1p-24
  }
}
