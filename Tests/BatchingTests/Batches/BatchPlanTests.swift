import Testing

@testable import Batching

@Suite struct BatchPlanTests {
  private func lengths(_ count: Int, seed: UInt64) -> [Int32] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int32(1 + generator.next(below: 300)) }
  }

  @Test func generatesThePublishedNumbers() {
    // The first outputs of splitmix64.c for the seed 1234567.
    var generator = SplitMix64(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }

  @Test func keepsTheWrittenOrderWithoutShuffle() throws {
    let plan = try BatchPlan(
      lengths: [3, 1, 2, 5, 4], options: .init(batchSize: 2, shuffle: false))
    #expect(Array(plan.epoch(0)) == [[0, 1], [2, 3], [4]])
    #expect(plan.epoch(7).map { $0 } == plan.epoch(0).map { $0 })
  }

  @Test func everyRowStandsOnceInEveryEpoch() throws {
    for seed in UInt64(0)..<20 {
      let lengths = lengths(1 + Int(seed) * 17, seed: seed)
      for grouped in [false, true] {
        for most in [nil, 500] {
          let options = BatchPlan.Options(
            batchSize: 4, maxTokensPerBatch: most, groupByLength: grouped, seed: seed)
          let epoch = try BatchPlan(lengths: lengths, options: options).epoch(2)
          #expect(epoch.flatMap { $0 }.sorted() == Array(lengths.indices))
          #expect(epoch.allSatisfy { 1...4 ~= $0.count })
        }
      }
    }
  }

  @Test func epochsDifferAndTheSeedDecidesThem() throws {
    let lengths = lengths(100, seed: 1)
    let plan = try BatchPlan(lengths: lengths, options: .init(seed: 5))
    #expect(plan.epoch(0) != plan.epoch(1))
    #expect(plan.epoch(1) == (try BatchPlan(lengths: lengths, options: .init(seed: 5)).epoch(1)))
    #expect(plan.epoch(1) != (try BatchPlan(lengths: lengths, options: .init(seed: 6)).epoch(1)))
  }

  @Test func theTokenLimitHoldsUnlessARowAloneIsLonger() throws {
    let lengths: [Int32] = [100, 100, 100, 700, 100]
    let options = BatchPlan.Options(batchSize: 8, maxTokensPerBatch: 250, shuffle: false)
    let epoch = try BatchPlan(lengths: lengths, options: options).epoch(0)
    #expect(Array(epoch) == [[0, 1], [2], [3], [4]])
  }

  @Test func groupingPadsLess() throws {
    let lengths = lengths(1_000, seed: 3)
    func padding(grouped: Bool) throws -> Int {
      let options = BatchPlan.Options(batchSize: 8, groupByLength: grouped, seed: 1)
      return try BatchPlan(lengths: lengths, options: options).epoch(0).reduce(0) { sum, rows in
        let each = rows.map { Int(lengths[$0]) }
        return sum + (each.max() ?? 0) * each.count - each.reduce(0, +)
      }
    }
    #expect(try padding(grouped: true) * 5 < padding(grouped: false))
  }

  @Test func anIncompleteLastBatchCanBeLeftOut() throws {
    let options = BatchPlan.Options(batchSize: 2, shuffle: false, dropLast: true)
    #expect(try BatchPlan(lengths: [1, 1, 1], options: options).epoch(0).count == 1)
  }

  @Test func refusesAnEmptyBatch() {
    #expect(throws: (any Error).self) {
      try BatchPlan(lengths: [1], options: .init(batchSize: 0))
    }
  }
}
