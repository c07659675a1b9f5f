/// Best-fit decreasing in its plainest form: what `Packing` does, by looking at every pack.
///
/// - Complexity: O(rows × packs).
enum ReferencePacking {
  /// The rows of each pack; no length may be above `capacity`.
  static func packs(lengths: [Int32], capacity: Int) -> [[Int32]] {
    let sorted = lengths.indices.sorted {
      lengths[$0] == lengths[$1] ? $0 < $1 : lengths[$0] > lengths[$1]
    }
    var packs: [(rows: [Int32], room: Int, since: Int)] = []
    for (time, row) in sorted.enumerated() {
      let length = Int(lengths[row])
      let fitting = packs.indices.filter { packs[$0].room >= length }
      let best = fitting.min {
        (packs[$0].room, packs[$0].since) < (packs[$1].room, packs[$1].since)
      }
      if let best {
        packs[best].rows.append(Int32(row))
        packs[best].room -= length
        packs[best].since = time
      } else {
        packs.append(([Int32(row)], capacity - length, time))
      }
    }
    return packs.map(\.rows)
  }
}
