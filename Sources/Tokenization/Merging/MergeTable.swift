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
/// Open addressing in slots of 16 bytes, at most half full: one probe is one cache line.
struct MergeTable: Sendable {
  private struct Slot {
    var pair: UInt64 = .max
    var rank: Int32 = 0
    var result: TokenID = 0
  }

  private var slots: [Slot]

  /// A table of these merges; of two with the same pair the later one counts, as in `tokenizers`.
  init(_ merges: [Merge]) {
    var size = 16
    while size < merges.count * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
    for merge in merges {
      let pair = Self.pair(merge.left, merge.right)
      slots[slot(of: pair)] = Slot(pair: pair, rank: merge.rank, result: merge.result)
    }
  }

  /// The rank and the result of joining two tokens, or `nil` if they do not join.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> (rank: Int32, result: TokenID)? {
    let slot = slots[slot(of: Self.pair(left, right))]
    return slot.pair == .max ? nil : (slot.rank, slot.result)
  }

  @inline(__always)
  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The slot that holds `pair`, or the empty one where it belongs.
  @inline(__always)
  private func slot(of pair: UInt64) -> Int {
    // Multiplication by 2^64 / golden ratio; the upper bits are the well-mixed ones.
    let hash = (pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
    while slots[slot].pair != pair, slots[slot].pair != .max {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }
}
