/// One rule: two adjacent tokens become one.
struct Merge: Sendable, Equatable {
  /// The two tokens, joined in this order.
  var left: TokenID
  var right: TokenID
  /// What they become.
  var result: TokenID
  /// Its priority: the merge with the lowest rank goes first.
  var rank: Int32
}

/// The merges, found by their pair.
///
/// Most questions are about pairs that do not join, so a slot is only four bytes: the number of a
/// merge and, in the bits above, a part of its pair's hash. For Llama 3's 280,000 merges that is
/// 2 MiB, and only one question in some thousand that is answered "no" looks at a merge.
///
/// ```
/// slot   | 13 bits of hash | 19 bits: number of the merge + 1 |      0: empty
/// ```
final class MergeTable: @unchecked Sendable {
  // Immutable after `init`, and owned: hence safe to share.
  private let merges: UnsafeMutableBufferPointer<Merge>
  private let slots: UnsafeMutableBufferPointer<UInt32>
  /// The number of bits for a merge's number.
  private let numberBits: UInt32

  /// One more than the largest rank.
  let rankCount: Int

  /// A table of these merges; of two with the same pair the later one counts, as in `tokenizers`.
  init(_ list: [Merge]) {
    rankCount = (list.lazy.map { Int($0.rank) }.max() ?? -1) + 1
    merges = .allocate(capacity: list.count)
    _ = merges.initialize(from: list)
    var size = 16
    while size < list.count * 2 { size *= 2 }
    slots = .allocate(capacity: size)
    slots.initialize(repeating: 0)
    numberBits = UInt32(UInt.bitWidth - list.count.leadingZeroBitCount)
    for number in list.indices { insert(number) }
  }

  deinit {
    merges.deallocate()
    slots.deallocate()
  }

  /// The rank and the result of joining two tokens, or `nil` if they do not join.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> (rank: Int32, result: TokenID)? {
    let hash = Self.hash(left, right)
    let (merges, slots) = (merges.baseAddress, slots.baseAddress)
    guard let merges, let slots else { return nil }
    let last = self.slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash >> 40) & last
    while slots[slot] != 0 {
      // The upper bits of slot and hash agree: worth a look.
      if (slots[slot] ^ UInt32(truncatingIfNeeded: hash)) >> numberBits == 0 {
        let merge = merges[Int(slots[slot] & mask) &- 1]
        if merge.left == left, merge.right == right { return (merge.rank, merge.result) }
      }
      slot = (slot &+ 1) & last
    }
    return nil
  }

  private var mask: UInt32 { (1 << numberBits) &- 1 }

  private func insert(_ number: Int) {
    let merge = merges[number]
    let hash = Self.hash(merge.left, merge.right)
    var slot = Int(truncatingIfNeeded: hash >> 40) & (slots.count - 1)
    while slots[slot] != 0 {
      let other = merges[Int(slots[slot] & mask) - 1]
      if (other.left, other.right) == (merge.left, merge.right) { break }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = UInt32(truncatingIfNeeded: hash) & ~mask | UInt32(number + 1)
  }

  /// The product with 2^64 / golden ratio, folded: the upper bits are well mixed, and shifted down
  /// they mix the lower ones. Bits 40… choose the slot, the upper ones of bits 0–31 are kept in it.
  @inline(__always)
  private static func hash(_ left: TokenID, _ right: TokenID) -> UInt64 {
    let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let hash = (pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15
    return hash ^ hash >> 32
  }
}
