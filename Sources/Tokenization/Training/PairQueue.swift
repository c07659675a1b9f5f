/// Pairs of tokens in the order in which they are merged: the most frequent first, of equally
/// frequent ones the one with the smaller IDs.
///
/// Most pairs are too rare to be ever merged, so they are not ordered at all, only dropped into a
/// bucket for their count; a heap holds the pairs of the best bucket alone. This rests on counts
/// only falling: a pair that is inserted is never more frequent than the last one taken.
///
/// ```
/// bucket   … 41  42  43 │ 44: heap of (count, pair)
/// chains      │   │   │
///             p   q   p'     a bucket is a chain through `next`, its pairs in no order
/// ```
struct PairQueue: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var count: Int
    var key: UInt64
    var pair: Int32

    @inline(__always)
    func goesBefore(_ other: Entry) -> Bool {
      count == other.count ? key < other.key : count > other.count
    }
  }

  /// The first pair of each bucket, or −1.
  private var heads = FlatArray<Int32>(repeating: -1, count: bucket(of: .max) + 1)
  /// The pair behind each pair in its bucket, or −1.
  private var next = FlatArray<Int32>()
  private var heap = FlatArray<Entry>()
  /// The bucket whose pairs are in the heap.
  private var current = bucket(of: .max)

  /// Counts below 1,024 have a bucket each; above, 512 buckets share each power of two.
  @inline(__always)
  private static func bucket(of count: Int) -> Int {
    let shift = max(0, 54 - count.leadingZeroBitCount)
    return shift << 9 + count >> shift
  }

  /// Inserts a pair.
  ///
  /// - Parameter pair: the pair's number; `table[pair]` has its count.
  @inline(__always)
  mutating func insert(_ pair: Int32, in table: borrowing PairTable) {
    while next.count <= Int(pair) { next.append(-1) }
    let count = table[pair].count
    guard count > 0 else { return }
    let bucket = Self.bucket(of: count)
    if bucket == current {
      push(Entry(count: count, key: table[pair].key, pair: pair))
    } else {
      next[pair] = heads[bucket]
      heads[bucket] = pair
    }
  }

  /// Takes out the next pair that stands in the text at all.
  mutating func pop(_ table: borrowing PairTable) -> Int32? {
    while true {
      guard let entry = popHeap() else {
        if current == 0 { return nil }
        load(current - 1, table)
        continue
      }
      if entry.count == table[entry.pair].count { return entry.pair }
      insert(entry.pair, in: table)
    }
  }

  /// Moves the pairs of a bucket into the heap, and those that have become rarer down.
  private mutating func load(_ bucket: Int, _ table: borrowing PairTable) {
    current = bucket
    var pair = heads[bucket]
    heads[bucket] = -1
    while pair >= 0 {
      let following = next[pair]
      insert(pair, in: table)
      pair = following
    }
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry.goesBefore(heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  private mutating func popHeap() -> Entry? {
    guard let last = heap.popLast() else { return nil }
    guard heap.count > 0 else { return last }
    let first = heap[0]
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].goesBefore(heap[child]) { child += 1 }
      guard heap[child].goesBefore(last) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return first
  }
}
