import Artifacts
import Testing

@testable import Batching

@Suite struct BatchSequenceTests {
  private func plans() throws -> [BatchPlan] {
    var generator = SplitMix64(seed: 5)
    return try [0, 1, 5, 16, 61, 200].flatMap { count in
      let lengths = (0..<count).map { _ in Int32(1 + generator.next(below: 60)) }
      return try [
        BatchPlan.Options(batchSize: 3, seed: 9), .init(batchSize: 4, groupByLength: true),
        .init(batchSize: 2, packing: 64), .init(batchSize: 8, maxTokensPerBatch: 100),
      ].map { try BatchPlan(lengths: lengths, options: $0) }
    }
  }

  /// Neither loss nor repetition, and as many batches on every rank.
  @Test(arguments: [1, 2, 3, 4, 7, 16])
  func ranksShareAnEpoch(ranks: Int) throws {
    for plan in try plans() {
      let epoch = plan.epoch(2)
      let shares = try (0..<ranks).map { try epoch.share(ofRank: $0, of: ranks) }
      #expect(
        shares.joined().joined().sorted() == Array(plan.lengths.indices), "\(plan.options)")
      #expect(Set(shares.map(\.count)).count == 1)
      #expect(shares[0].count == (epoch.count + ranks - 1) / ranks)
      // What does not fill a round is dealt out evenly.
      if plan.packing == nil, let last = shares[0].indices.last {
        let counts = shares.map { $0[last].count }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= (epoch.count % ranks == 0 ? 8 : 1))
      }
    }
  }

  @Test func theDrawnExampleOfRanks() throws {
    let plan = try BatchPlan(
      lengths: [Int32](repeating: 1, count: 18), options: .init(batchSize: 2, shuffle: false))
    let shares = try (0..<4).map { try plan.epoch(0).share(ofRank: $0, of: 4) }
    #expect(
      shares == [
        [[0, 1], [8, 9], [16]], [[2, 3], [10, 11], [17]], [[4, 5], [12, 13], []],
        [[6, 7], [14, 15], []],
      ])
    #expect(throws: AksharaError.self) { try plan.epoch(0).share(ofRank: 4, of: 4) }
    #expect(throws: AksharaError.self) { try plan.epoch(0).share(ofRank: 0, of: 0) }
  }

  @Test func goesOnAtAnyBatch() throws {
    for plan in try plans() where !plan.lengths.isEmpty {
      var whole = try BatchSequence(plan, rank: 1, of: 2)
      var expected: [[Int]] = []
      var places: [BatchPosition] = []
      for _ in 0..<12 {
        places.append(whole.position)
        let batch = whole.next()
        expected.append(try #require(batch))
      }
      for (number, place) in places.enumerated() {
        let read = try #require(BatchPosition(json: place.json))
        var rest = try BatchSequence(plan, from: read, rank: 1, of: 2)
        for index in number..<12 { #expect(rest.next() == expected[index], "\(plan.options)") }
      }
    }
  }

  @Test func aPlaceThatIsNotThereIsRefused() throws {
    let plan = try BatchPlan(lengths: [1, 1, 1], options: .init(batchSize: 1))
    #expect(throws: AksharaError.self) {
      try BatchSequence(plan, from: BatchPosition(epoch: 1, batch: 3))
    }
    #expect(BatchPosition(json: ["epoch": 0]) == nil)
    #expect(BatchPosition(json: ["epoch": 0, "batch": -1]) == nil)
    var empty = try BatchSequence(try BatchPlan(lengths: [], options: .init()))
    #expect(empty.next() == nil)
  }

  @Test func packsStayWholeInEveryEpoch() throws {
    var generator = SplitMix64(seed: 6)
    let lengths = (0..<300).map { _ in Int32(1 + generator.next(below: 60)) }
    let plan = try BatchPlan(lengths: lengths, options: .init(batchSize: 3, packing: 64))
    let packing = try #require(plan.packing)
    let packs = Set((0..<packing.count).map { packing[$0].map(Int.init) })
    for number in 0..<3 {
      let epoch = plan.epoch(number)
      #expect(Set((0..<epoch.count).flatMap { epoch.packs($0) }) == packs)
      #expect(epoch.count == plan.batchCount)
      for index in epoch.indices {
        let tokens = epoch[index].reduce(0) { $0 + Int(lengths[$1]) }
        #expect(tokens <= plan.longestBatch)
      }
    }
    #expect(plan.epoch(0) != plan.epoch(1))
    #expect(throws: AksharaError.self) {
      try BatchPlan(lengths: lengths, options: .init(groupByLength: true, packing: 64))
    }
  }
}
