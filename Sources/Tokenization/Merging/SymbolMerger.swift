/// Joins symbols by merges: the lowest rank first, the leftmost of equals, until none is left.
///
/// The general form of what `MergeScan` and `MergeChain` do for bytes: the first symbols are any
/// tokens. A few are scanned, many have their merges in a heap, so that a long text without a place
/// to cut takes n log n steps. The memory is used for one sequence after another.
final class SymbolMerger {
  /// A token, and where it ends in the text.
  struct Symbol: Equatable {
    var token: TokenID
    var end: Int32
  }

  /// A merge that could be made when it was pushed.
  private struct Candidate: Comparable {
    var rank: Int32
    var index: Int32
    var left: TokenID
    var right: TokenID

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.rank, left.index) < (right.rank, right.index)
    }
  }

  /// The most symbols that are scanned; at about 100 a scan and a heap cost the same, as measured
  /// for `MergeScan`.
  static let longestScan = 100

  private let merges: MergeTable
  /// The symbols: set before `joinAll`, joined after it.
  var symbols: [Symbol] = []
  private var ranks: [Int32] = []

  init(_ merges: MergeTable) { self.merges = merges }

  /// Makes all merges.
  func joinAll() {
    if symbols.count < 2 { return }
    if symbols.count <= Self.longestScan { scan() } else { joinByHeap() }
  }

  // MARK: Scanning

  private func scan() {
    ranks.removeAll(keepingCapacity: true)
    for index in symbols.indices { ranks.append(rank(at: index)) }
    while let index = best() { join(at: index) }
  }

  private func best() -> Int? {
    var lowest = Int32.max
    var best = -1
    for index in ranks.indices where ranks[index] < lowest {
      lowest = ranks[index]
      best = index
    }
    return best >= 0 ? best : nil
  }

  /// The rank of the merge of symbol `index` with the next one; `.max` where they do not join.
  private func rank(at index: Int) -> Int32 {
    guard index + 1 < symbols.count else { return .max }
    return merges.find(symbols[index].token, symbols[index + 1].token)?.rank ?? .max
  }

  private func join(at index: Int) {
    let (left, right) = (symbols[index], symbols[index + 1])
    guard let merge = merges.find(left.token, right.token) else { return }
    symbols[index] = Symbol(token: merge.result, end: right.end)
    symbols.remove(at: index + 1)
    ranks.remove(at: index + 1)
    ranks[index] = rank(at: index)
    if index > 0 { ranks[index - 1] = rank(at: index - 1) }
  }

  // MARK: The heap

  private func joinByHeap() {
    var links = Links(count: symbols.count)
    var heap = BinaryHeap(symbols.indices.compactMap { candidate(at: Int32($0), links) })
    while let candidate = heap.pop() {
      let (left, right) = (candidate.index, links.next[Int(candidate.index)])
      guard !links.isGone(left), Int(right) < symbols.count,
        symbols[Int(left)].token == candidate.left, symbols[Int(right)].token == candidate.right,
        let merge = merges.find(candidate.left, candidate.right)
      else { continue }
      symbols[Int(left)] = Symbol(token: merge.result, end: symbols[Int(right)].end)
      links.remove(right)
      if let next = self.candidate(at: left, links) { heap.push(next) }
      let previous = links.previous[Int(left)]
      if previous >= 0, let next = self.candidate(at: previous, links) { heap.push(next) }
    }
    symbols = links.remaining.map { symbols[$0] }
  }

  private func candidate(at index: Int32, _ links: Links) -> Candidate? {
    let next = links.next[Int(index)]
    guard Int(next) < symbols.count else { return nil }
    let (left, right) = (symbols[Int(index)].token, symbols[Int(next)].token)
    guard let merge = merges.find(left, right) else { return nil }
    return Candidate(rank: merge.rank, index: index, left: left, right: right)
  }

  /// Which symbols are still there, in order.
  private struct Links {
    var previous: [Int32]
    /// The number of symbols beyond the last; −1 for a symbol that is gone.
    var next: [Int32]

    init(count: Int) {
      previous = (0..<Int32(count)).map { $0 - 1 }
      next = (0..<Int32(count)).map { $0 + 1 }
    }

    func isGone(_ index: Int32) -> Bool { next[Int(index)] < 0 }

    mutating func remove(_ index: Int32) {
      let (before, after) = (previous[Int(index)], next[Int(index)])
      if before >= 0 { next[Int(before)] = after }
      if Int(after) < previous.count { previous[Int(after)] = before }
      next[Int(index)] = -1
    }

    var remaining: [Int] {
      var indices: [Int] = []
      var index = 0
      while index < next.count {
        indices.append(index)
        index = Int(next[index])
      }
      return indices
    }
  }
}
