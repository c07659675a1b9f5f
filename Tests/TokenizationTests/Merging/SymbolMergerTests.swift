import Testing

@testable import Tokenization

@Suite struct SymbolMergerTests {
  /// The plain twin: looks at all pairs in each round, and joins the first with the lowest rank.
  private func joined(_ tokens: [TokenID], _ merges: [Merge]) -> [SymbolMerger.Symbol] {
    var symbols = tokens.enumerated().map {
      SymbolMerger.Symbol(token: $1, end: Int32($0 + 1))
    }
    while true {
      var best: (index: Int, merge: Merge)?
      for index in symbols.indices.dropLast() {
        let pair = (symbols[index].token, symbols[index + 1].token)
        guard let merge = merges.last(where: { ($0.left, $0.right) == pair }) else { continue }
        if best.map({ merge.rank < $0.merge.rank }) ?? true { best = (index, merge) }
      }
      guard let (index, merge) = best else { return symbols }
      symbols[index] = .init(token: merge.result, end: symbols[index + 1].end)
      symbols.remove(at: index + 1)
    }
  }

  private func merged(_ tokens: [TokenID], _ merges: [Merge]) -> [SymbolMerger.Symbol] {
    let merger = SymbolMerger(MergeTable(merges))
    merger.symbols = tokens.enumerated().map { .init(token: $1, end: Int32($0 + 1)) }
    merger.joinAll()
    return merger.symbols
  }

  @Test func theLowestRankGoesFirstAndOfEqualsTheLeftmost() {
    let merges = [
      Merge(left: 1, right: 2, result: 10, rank: 1), Merge(left: 2, right: 3, result: 11, rank: 0),
      Merge(left: 1, right: 1, result: 12, rank: 2),
    ]
    #expect(merged([1, 2, 3], merges).map(\.token) == [1, 11])
    #expect(merged([1, 2, 2, 3], merges).map(\.token) == [10, 11])
    #expect(merged([1, 1, 1], merges).map(\.token) == [12, 1])
    #expect(merged([1, 1, 1], merges).map(\.end) == [2, 3])
    #expect(merged([], merges).isEmpty)
  }

  /// Ranks that fall, rise and repeat; sequences that are scanned and such as need the heap.
  @Test func agreesWithThePlainTwin() {
    var generator = SeededGenerator(seed: 12)
    for round in 0..<120 {
      var merges: [Merge] = []
      for result in 4..<TokenID(Int.random(in: 5...24, using: &generator)) {
        merges.append(
          Merge(
            left: .random(in: 0..<result, using: &generator),
            right: .random(in: 0..<result, using: &generator), result: result,
            rank: .random(in: 0..<12, using: &generator)))
      }
      let longest = SymbolMerger.longestScan * (round.isMultiple(of: 3) ? 3 : 1) / 2
      let tokens: [TokenID] = (0..<Int.random(in: 0...longest, using: &generator)).map { _ in
        .random(in: 0..<4, using: &generator)
      }
      #expect(merged(tokens, merges) == joined(tokens, merges), "\(tokens) \(merges)")
    }
  }
}
