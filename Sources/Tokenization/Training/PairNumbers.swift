/// Finds the numbers of the pairs that stand in the words at first.
///
/// Open addressing, at most half full.
struct PairNumbers: ~Copyable {
  private struct Slot: BitwiseCopyable {
    var key: UInt64 = .max
    var number: Int32 = -1
  }

  private var slots = FlatArray<Slot>(repeating: Slot(), count: 1 << 12)

  /// The number of a pair, which is added to `pairs` if it is new.
  @inline(__always)
  mutating func number(left: TokenID, right: TokenID, pairs: inout PairTable) -> Int32 {
    let key = PairTable.Pair(left: left, right: right, count: 0).key
    let slot = slot(of: key)
    if slots[slot].number >= 0 { return slots[slot].number }
    let number = pairs.add(left: left, right: right)
    slots[slot] = Slot(key: key, number: number)
    if pairs.count * 2 > slots.count { grow() }
    return number
  }

  /// The slot that holds `key`, or the empty one where it belongs.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    // Multiplication by 2^64 / golden ratio; the upper bits are the well-mixed ones.
    let hash = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
    while slots[slot].key != key, slots[slot].number >= 0 { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    var old = FlatArray(repeating: Slot(), count: slots.count * 2)
    swap(&old, &slots)
    for index in 0..<old.count where old[index].number >= 0 {
      slots[slot(of: old[index].key)] = old[index]
    }
  }
}
