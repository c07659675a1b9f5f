/// Merges one after another, each with a rank of its own, as a `tokenizer.json` lists them.
///
/// Where several merges have one rank (SentencePiece's pieces of equal scores), the leftmost goes
/// first. A list says the same in two cases:
///
/// - All make the same piece: its cuts then do not compete.
/// - All make runs of one character, as the pieces of spaces in the vocabularies of Llama 2 and
///   Mistral do. The leftmost merge makes the first run longer, as long as a piece can be; so does a
///   list in which what makes a longer run stands before what makes a shorter one:
///
///       ▁▁▁ ▁ → ▁▁▁▁      1
///       ▁▁ ▁  → ▁▁▁       2      ▁ ▁ ▁ ▁ ▁ ▁ → ▁▁ ▁ ▁ ▁ ▁ → ▁▁▁ ▁ ▁ ▁ → ▁▁▁▁ ▁ ▁ → ▁▁▁▁ ▁▁
///       ▁ ▁   → ▁▁        3
///
///   Whether it does depends on the lengths that are pieces, so both are done on runs up to four times
///   as long as the longest; what follows a piece of full length is a run by itself.
struct MergeListing {
  /// The merges in their order.
  let merges: [Merge]

  /// Longer runs are not tried, because trying takes the third power of their length.
  private static let longestRun = 64

  /// The order of merges whose ranks rise; `nil` if no order is known that says the same.
  ///
  /// - Parameter spelling: the text of a token.
  init?(_ merges: [Merge], spelling: (TokenID) -> String?) {
    var listed: [Merge] = []
    listed.reserveCapacity(merges.count)
    var start = 0
    while start < merges.count {
      let end = merges[start...].firstIndex { $0.rank != merges[start].rank } ?? merges.count
      let equals = merges[start..<end]
      if equals.allSatisfy({ $0.result == merges[start].result }) {
        listed += equals
      } else if let runs = Self.runs(equals, spelling) {
        listed += runs
      } else {
        return nil
      }
      start = end
    }
    self.merges = listed
  }

  /// The lengths of two neighbouring runs that join.
  private struct Pair: Hashable {
    let left: Int
    let right: Int
    var length: Int { left + right }
  }

  /// The merges of runs of one character, what makes the longest run first; `nil` if one makes
  /// something else, or the order would not say the same.
  private static func runs(
    _ merges: ArraySlice<Merge>, _ spelling: (TokenID) -> String?
  ) -> [Merge]? {
    var pairs: [(pair: Pair, merge: Merge)] = []
    var character: Unicode.Scalar?
    for merge in merges {
      guard let left = spelling(merge.left)?.unicodeScalars,
        let right = spelling(merge.right)?.unicodeScalars
      else { return nil }
      character = character ?? left.first
      guard left.allSatisfy({ $0 == character }), right.allSatisfy({ $0 == character }) else {
        return nil
      }
      pairs.append((Pair(left: left.count, right: right.count), merge))
    }
    let order = pairs.indices.sorted {
      (-pairs[$0].pair.length, $0) < (-pairs[$1].pair.length, $1)
    }
    let longest = pairs.reduce(0) { max($0, $1.pair.length) }
    guard longest <= longestRun else { return nil }
    let ranks = Dictionary(
      order.enumerated().map { (pairs[$1].pair, $0) }, uniquingKeysWith: { first, _ in first })
    let equal = ranks.mapValues { _ in 0 }
    let isSame = (2...4 * longest).allSatisfy { joined($0, by: ranks) == joined($0, by: equal) }
    return isSame ? order.map { pairs[$0].merge } : nil
  }

  /// The lengths of the runs that single characters become: the pair with the lowest rank joins first,
  /// of equal ones the leftmost.
  private static func joined(_ count: Int, by ranks: [Pair: Int]) -> [Int] {
    var runs = [Int](repeating: 1, count: count)
    while true {
      let found = runs.indices.dropLast().compactMap { index in
        ranks[Pair(left: runs[index], right: runs[index + 1])].map { (rank: $0, index: index) }
      }
      guard let best = found.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else {
        return runs
      }
      runs[best.index] += runs.remove(at: best.index + 1)
    }
  }
}
