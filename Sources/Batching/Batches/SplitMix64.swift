/// A small seeded generator for shuffles and choices: SplitMix64.
///
/// The state walks by an odd constant and each state is mixed; so a stream depends on its seed
/// alone, on every machine. Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom
/// number generators"; constants as in Vigna's `splitmix64.c`.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The stream of `seed`.
  public init(seed: UInt64) { state = seed }

  /// The stream number `stream` of `seed`, for example one for each epoch.
  ///
  /// The stream's number goes through the mixer first, so that neighbouring numbers share nothing.
  public init(seed: UInt64, stream: UInt64) {
    var first = SplitMix64(seed: stream)
    state = seed ^ first.next()
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A whole number in `0..<bound`, without bias.
  ///
  /// Source: Lemire 2019, "Fast random integer generation in an interval". Written out here, since
  /// the standard library does not promise that its own stays the same between versions.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0)
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let threshold = (0 &- width) % width
      while product.low < threshold { product = next().multipliedFullWidth(by: width) }
    }
    return Int(product.high)
  }
}

extension Array {
  /// Puts the elements into a random order: Fisher and Yates' shuffle, from the end, as in
  /// Durstenfeld 1964 (CACM algorithm 235).
  mutating func shuffle(seeded generator: inout SplitMix64) {
    guard count > 1 else { return }
    for last in stride(from: count - 1, to: 0, by: -1) {
      swapAt(last, generator.next(below: last + 1))
    }
  }
}
