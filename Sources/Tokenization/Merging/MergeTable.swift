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

  // Immutable after `init`, and owned: hence safe to share. `slots` lie in `memory`.
  private let memory: LargeMemory
  private let slots: UnsafeMutableBufferPointer<Slot>
  private let filter: HashFilter

  /// A merge, or nothing if all of it is zero: the left token stands there as its complement, and no
  /// token is −1.
  private struct Slot: BitwiseCopyable {
    var complement: Int32
    var right: TokenID
    var result: TokenID
    var rank: Int32

    var isEmpty: Bool { complement == 0 }
  }

  /// A table of these merges; of two with the same pair the later one counts, as in `tokenizers`.
  init(_ merges: [Merge]) {
    rankCount = (merges.lazy.map { Int($0.rank) }.max() ?? -1) + 1
    let slotCount = merges.count * 5 / 3 + 1
    memory = LargeMemory(byteCount: slotCount * MemoryLayout<Slot>.stride)
    slots = memory.elements(of: Slot.self, count: slotCount)
    filter = HashFilter(count: merges.count)
    for (index, merge) in merges.enumerated() {
      if index + Self.lookahead < merges.count {
        let next = merges[index + Self.lookahead]
        prefetch(Self.hash(next.left, next.right))
      }
      let hash = Self.hash(merge.left, merge.right)
      filter.insert(hash)
      slots[slot(hash, merge.left, merge.right)] = Slot(
        complement: ~merge.left, right: merge.right, result: merge.result, rank: merge.rank)
    }
  }

  /// How many merges ahead memory is asked for while the table is filled.
  private static let lookahead = 12

  /// The rank and the result of joining two tokens, or `nil` if they do not join.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> (rank: Int32, result: TokenID)? {
    let hash = Self.hash(left, right)
    guard filter.mayContain(hash) else { return nil }
    let merge = slots[slot(hash, left, right)]
    return merge.isEmpty ? nil : (merge.rank, merge.result)
  }

  /// Asks for the slot of a hash.
  private func prefetch(_ hash: UInt64) {
    if let base = slots.baseAddress { ctext_prefetch(base + firstSlot(hash)) }
  }

  /// The slot that holds a pair, or the empty one where it belongs.
  @inline(__always)
  private func slot(_ hash: UInt64, _ left: TokenID, _ right: TokenID) -> Int {
    var slot = firstSlot(hash)
    while slots[slot].complement != ~left || slots[slot].right != right, !slots[slot].isEmpty {
      slot = slot + 1 == slots.count ? 0 : slot + 1
    }
    return slot
  }

  /// Where the search for a pair begins: the hash's upper half as a fraction of the table (Lemire
  /// 2019); the filter uses the lower.
  @inline(__always)
  private func firstSlot(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slots.count)) >> 32)
  }

  /// A product of 128 bits, folded (as in wyhash): both halves of the result are well mixed.
  @inline(__always)
  private static func hash(_ left: TokenID, _ right: TokenID) -> UInt64 {
    let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let product = (pair ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
