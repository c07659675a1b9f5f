internal import CTextKernels

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
/// Most questions are about pairs that do not join; a filter answers nearly all of them. A pair that
/// joins is one probe of a table in open addressing, three fifths full: one cache line.
final class MergeTable: @unchecked Sendable {
  /// One more than the largest rank.
  let rankCount: Int

  // Immutable after `init`, and owned: hence safe to share.
  private let slots: UnsafeMutablePointer<Merge>
  private let slotCount: Int
  private let filter: HashFilter

  /// An empty slot: no token has this ID.
  private static let empty = Merge(left: -1, right: -1, result: -1, rank: .max)

  /// A table of these merges; of two with the same pair the later one counts, as in `tokenizers`.
  init(_ merges: [Merge]) {
    rankCount = (merges.lazy.map { Int($0.rank) }.max() ?? -1) + 1
    slotCount = merges.count * 5 / 3 + 1
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: Self.empty, count: slotCount)
    filter = HashFilter(count: merges.count)
    for (index, merge) in merges.enumerated() {
      if index + Self.lookahead < merges.count {
        let next = merges[index + Self.lookahead]
        ctext_prefetch(slots + firstSlot(Self.hash(next.left, next.right)))
      }
      let hash = Self.hash(merge.left, merge.right)
      filter.insert(hash)
      slots[slot(hash, merge.left, merge.right)] = merge
    }
  }

  deinit { slots.deallocate() }

  /// How many merges ahead memory is asked for while the table is filled.
  private static let lookahead = 12

  /// The rank and the result of joining two tokens, or `nil` if they do not join.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> (rank: Int32, result: TokenID)? {
    let hash = Self.hash(left, right)
    guard filter.mayContain(hash) else { return nil }
    let merge = slots[slot(hash, left, right)]
    return merge.left < 0 ? nil : (merge.rank, merge.result)
  }

  /// The slot that holds a pair, or the empty one where it belongs.
  @inline(__always)
  private func slot(_ hash: UInt64, _ left: TokenID, _ right: TokenID) -> Int {
    var slot = firstSlot(hash)
    while slots[slot].left != left || slots[slot].right != right, slots[slot].left >= 0 {
      slot = slot + 1 == slotCount ? 0 : slot + 1
    }
    return slot
  }

  /// Where the search for a pair begins: the hash's upper half as a fraction of the table (Lemire
  /// 2019); the filter uses the lower.
  @inline(__always)
  private func firstSlot(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slotCount)) >> 32)
  }

  /// A product of 128 bits, folded (as in wyhash): both halves of the result are well mixed.
  @inline(__always)
  private static func hash(_ left: TokenID, _ right: TokenID) -> UInt64 {
    let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let product = (pair ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
