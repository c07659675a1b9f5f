import Testing

@testable import Tokenization

/// The queue against sorting.
@Suite struct RankQueueTests {
  @Test(arguments: [0, 1, 5, 100, 5000]) func givesTheLowestRankFirst(rankCount: Int) {
    var generator = SeededGenerator(seed: UInt64(rankCount))
    var queue = RankQueue(rankCount: rankCount)
    var twin: [[Int32]] = []
    for _ in 0..<3000 {
      if Bool.random(using: &generator) || Bool.random(using: &generator) {
        let rank = Int32.random(in: 0...6000, using: &generator)
        let node = Int32.random(in: 0...20, using: &generator)
        queue.push(rank: rank, node: node)
        twin.append([rank, node])
      } else {
        expectNext(&queue, &twin)
      }
    }
    while !twin.isEmpty { expectNext(&queue, &twin) }
    #expect(queue.pop() == nil)
  }

  private func expectNext(_ queue: inout RankQueue, _ twin: inout [[Int32]]) {
    let first = twin.indices.min { twin[$0].lexicographicallyPrecedes(twin[$1]) }
    let expected = first.map { twin.remove(at: $0) }
    #expect(queue.pop().map { [$0.rank, $0.node] } == expected)
  }
}
