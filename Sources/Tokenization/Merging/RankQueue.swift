/// The merges that could be made in a long pretoken: the lowest rank comes out first, of equal ranks
/// the leftmost node.
///
/// A heap needs log n steps for each. Here each rank has a list, and nodes that come in rising order,
/// as nearly all do, are appended to it in one step; a tree of bits says which lists are not empty:
///
/// ```
/// bits of bits    . . . . . . . 1            the lowest bit of each level leads to the lowest rank
/// bits            . . 1 . 1 . . .
/// lists                 3: 7→19→40   5: 2
/// ```
///
/// A node that comes behind a larger one of its rank goes into a heap beside the lists.
struct RankQueue {
  /// The largest rank that has a list; any larger one goes into the heap.
  static let mostLists = 1 << 24

  /// A node in its list; `next` is −1 at the end, and links the unused entries, too.
  private struct Entry {
    var node: Int32
    var next: Int32
  }

  /// The first and last entry of a rank's list, −1 if it is empty.
  private struct List {
    var first: Int32 = -1
    var last: Int32 = -1
  }

  private struct Stray: Comparable {
    var rank: Int32
    var node: Int32

    static func < (left: Stray, right: Stray) -> Bool {
      (left.rank, left.node) < (right.rank, right.node)
    }
  }

  private var lists: [List]
  private var entries: [Entry] = []
  private var unused: Int32 = -1
  /// `levels[0]` has a bit for each list, each further level one for each word below.
  private var levels: [[UInt64]] = []
  private var strays = BinaryHeap<Stray>()

  /// A queue with lists for the ranks below `rankCount`; with 0, a mere heap.
  init(rankCount: Int) {
    lists = [List](repeating: List(), count: min(rankCount, Self.mostLists))
    var count = lists.count
    while count > 0 {
      count = (count + 63) / 64
      levels.append([UInt64](repeating: 0, count: count))
      if count == 1 { break }
    }
  }

  /// Adds the merge of a node with its right neighbour.
  mutating func push(rank: Int32, node: Int32) {
    let index = Int(rank)
    guard index >= 0, index < lists.count else { return strays.push(Stray(rank: rank, node: node)) }
    let last = lists[index].last
    if last < 0 {
      let entry = entry(node)
      lists[index] = List(first: entry, last: entry)
      mark(index)
    } else if entries[Int(last)].node < node {
      let entry = entry(node)
      entries[Int(last)].next = entry
      lists[index].last = entry
    } else {
      strays.push(Stray(rank: rank, node: node))
    }
  }

  /// Takes out the merge that goes first.
  mutating func pop() -> (rank: Int32, node: Int32)? {
    guard let index = lowest() else { return popStray() }
    let node = entries[Int(lists[index].first)].node
    if let stray = strays.first, stray < Stray(rank: Int32(index), node: node) { return popStray() }
    removeFirst(of: index)
    return (Int32(index), node)
  }

  private mutating func popStray() -> (rank: Int32, node: Int32)? {
    strays.pop().map { ($0.rank, $0.node) }
  }

  /// The lowest rank with a list that is not empty.
  private func lowest() -> Int? {
    guard let top = levels.last, top[0] != 0 else { return nil }
    var index = 0
    for level in levels.reversed() { index = index * 64 + level[index].trailingZeroBitCount }
    return index
  }

  private mutating func removeFirst(of index: Int) {
    let first = lists[index].first
    lists[index].first = entries[Int(first)].next
    entries[Int(first)].next = unused
    unused = first
    if lists[index].first < 0 {
      lists[index].last = -1
      unmark(index)
    }
  }

  private mutating func entry(_ node: Int32) -> Int32 {
    guard unused >= 0 else {
      entries.append(Entry(node: node, next: -1))
      return Int32(entries.count - 1)
    }
    let index = unused
    unused = entries[Int(index)].next
    entries[Int(index)] = Entry(node: node, next: -1)
    return index
  }

  private mutating func mark(_ index: Int) {
    var index = index
    for level in levels.indices {
      let word = index / 64
      let wasEmpty = levels[level][word] == 0
      levels[level][word] |= 1 << UInt64(index % 64)
      guard wasEmpty else { return }
      index = word
    }
  }

  private mutating func unmark(_ index: Int) {
    var index = index
    for level in levels.indices {
      let word = index / 64
      levels[level][word] &= ~(1 << UInt64(index % 64))
      guard levels[level][word] == 0 else { return }
      index = word
    }
  }
}
