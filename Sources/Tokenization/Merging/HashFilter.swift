/// Says of most hashes that are not in a set that they are not: a bit for each hash modulo the
/// number of bits, of which one in eight is set.
///
/// Small enough for the second-level cache where the table behind it is not (for 280,000 merges
/// 256 KiB instead of 8 MiB), so that a "no" need not wait for memory.
///
/// Source: Bloom, "Space/time trade-offs in hash coding with allowable errors" (1970), with one hash.
final class HashFilter: @unchecked Sendable {
  // Owned; changed by `insert` only, which whoever makes the filter calls before sharing it.
  private let words: UnsafeMutablePointer<UInt64>
  private let mask: UInt64

  /// An empty filter for `count` hashes.
  init(count: Int) {
    var bits = 1 << 10
    while bits < count * 6 { bits *= 2 }
    mask = UInt64(bits - 1)
    words = .allocate(capacity: bits / 64)
    words.initialize(repeating: 0, count: bits / 64)
  }

  deinit { words.deallocate() }

  /// Adds a hash.
  func insert(_ hash: UInt64) {
    let bit = hash & mask
    words[Int(bit >> 6)] |= 1 << (bit & 63)
  }

  /// False only if the hash is not in the set.
  @inline(__always)
  func mayContain(_ hash: UInt64) -> Bool {
    let bit = hash & mask
    return words[Int(bit >> 6)] >> (bit & 63) & 1 != 0
  }
}
