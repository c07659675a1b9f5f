/// The pairs of adjacent tokens seen so far, by number.
struct PairTable: ~Copyable {
  /// A pair and how often it stands in the text now.
  struct Pair: BitwiseCopyable {
    var left: TokenID
    var right: TokenID
    var count: Int

    /// Orders pairs by left, then right token; IDs are not negative.
    @inline(__always)
    var key: UInt64 { UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right)) }
  }

  private var pairs = FlatArray<Pair>(capacity: 1 << 12)

  /// The number of pairs.
  var count: Int { pairs.count }

  subscript(pair: Int32) -> Pair {
    @inline(__always) get { pairs[pair] }
    @inline(__always) nonmutating _modify { yield &pairs[pair] }
  }

  /// Tells the processor that a pair will be needed soon.
  @inline(__always)
  func prefetch(_ pair: Int32) { pairs.prefetch(pair) }

  /// Adds a pair that is not there yet.
  ///
  /// - Returns: its number.
  @inline(__always)
  mutating func add(left: TokenID, right: TokenID) -> Int32 {
    pairs.append(Pair(left: left, right: right, count: 0))
    return Int32(truncatingIfNeeded: pairs.count - 1)
  }
}
