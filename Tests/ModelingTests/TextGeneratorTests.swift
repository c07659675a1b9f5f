import Compute
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling

@Suite struct TextGeneratorTests {
  @Test func greedyTextIsThatOfTransformers() throws {
    guard let file = try FixtureTensors("forward.safetensors"),
      let path = RepositoryPaths.shared("fixtures/tiny")
    else { return }
    let backend = try CPUBackend(threads: 2)
    let weights = try DecoderWeights.load(model: ModelFolder(path), on: backend)
    let generator = try TextGenerator(weights, positions: 64, on: backend)
    let ids = try file.integers("greedy32")
    let text = try generator.generate(Array(ids[..<8]), GenerationOptions(maximumTokens: 32))
    #expect(text.ids == Array(ids[8...]))
    #expect(text.stopReason == .maximumTokens)
  }

  /// The cache changes the order of no sum: a token's scores are made over the same keys.
  @Test(arguments: [false, true])
  func cachedAndUncachedLogitsAgree(isRich: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let weights = try SmallModel.weights(isRich: isRich, on: backend)
    let generating = try DecoderModel(
      weights, for: .generating, capacity: 8, positions: 16, on: backend)
    let scoring = try DecoderModel(weights, for: .scoring, capacity: 16, positions: 16, on: backend)
    let tokens: [Int32] = [3, 9, 14, 2, 7, 7, 21, 5, 11, 1, 4]
    let whole = try scoring.logits(of: MicroBatch(sequences: [tokens]))
    var cache = try KeyValueCache(
      weights.configuration, positions: 16, passLength: 8, on: backend)
    let logits = try backend.makeTensor([1, 23], .float32)
    var end = 0
    for count in [4, 1, 1, 3, 1, 1] {
      try generating.extend(&cache, with: Array(tokens[end..<end + count]), logits: logits)
      end += count
      let reference = whole[(end - 1) * 23..<end * 23]
      let worst = zip(logits.floats(from: backend), reference).map { abs($0 - $1) }.max() ?? 1
      #expect(worst < 2e-6, "after \(end) tokens: \(worst)")
    }
  }

  /// A cache of the window alone gives the logits of one that holds every key, bit for bit, however the
  /// tokens come in; for windows shorter and longer than a pass, and longer than the text.
  @Test(arguments: [1, 2, 5, 9, 40])
  func aCacheOfTheWindowAloneGivesTheSameLogits(window: Int) throws {
    let backend = try CPUBackend(threads: 1)
    var shape = SmallModel.richConfiguration()
    shape.windows = [window, nil]
    let weights = try DecoderWeights(
      shape, from: RandomWeights(seed: 7, standardDeviation: 0.2), on: backend)
    let model = try DecoderModel(
      weights, for: .generating, capacity: 8, positions: 64, on: backend)
    // With room for a pass of 64 nothing ever moves.
    var (small, whole) = try (
      KeyValueCache(shape, positions: 64, passLength: 8, on: backend),
      KeyValueCache(shape, positions: 64, passLength: 64, on: backend)
    )
    #expect(small.keys.map(\.rows) == [min(64, window + 7), 64])
    #expect(whole.keys.map(\.rows) == [64, 64])
    let logits = try backend.makeTensor([1, 23], .float32)
    let random = CounterRandom(seed: 5, stream: 1)
    var step: UInt64 = 0
    while small.count < 50 {
      let count = min(1 + Int(random.bits(step).0 % 8), 50 - small.count)
      let tokens = (0..<count).map { Int32((7 * small.count + 5 * $0 + 3) % 23) }
      try model.extend(&small, with: tokens, logits: logits)
      let found = logits.floats(from: backend)
      try model.extend(&whole, with: tokens, logits: logits)
      #expect(found == logits.floats(from: backend), "\(small.count) tokens, window \(window)")
      step += 1
    }
    #expect(small.held(0) <= window + 7 && small.held(1) == 50)
  }

  @Test func aStopTokenEndsTheTextAndIsNotPartOfIt() throws {
    let backend = try CPUBackend(threads: 1)
    let generator = try TextGenerator(SmallModel.weights(on: backend), positions: 32, on: backend)
    let free = try generator.generate([3, 9], GenerationOptions(maximumTokens: 6))
    let stop = try #require(free.ids.last)
    let place = try #require(free.ids.firstIndex(of: stop))
    var seen: [Int32] = []
    let stopped = try generator.generate(
      [3, 9], GenerationOptions(maximumTokens: 6, stopTokens: [stop])
    ) {
      seen.append($0)
      return nil
    }
    #expect(stopped.ids == Array(free.ids[..<place]))
    #expect(stopped.stopReason == .stopToken(stop))
    #expect(seen == stopped.ids)
  }

  @Test func aTextEndsWhereThereAreNoMorePositions() throws {
    let backend = try CPUBackend(threads: 1)
    let generator = try TextGenerator(SmallModel.weights(on: backend), positions: 5, on: backend)
    let text = try generator.generate([3, 9, 1], GenerationOptions(maximumTokens: 10))
    #expect(text.stopReason == .positions)
    #expect(text.ids.count == 3)
    #expect(throws: (any Error).self) {
      try generator.generate([1, 2, 3, 4, 5, 6], GenerationOptions())
    }
    #expect(throws: (any Error).self) { try generator.generate([], GenerationOptions()) }
    #expect(throws: (any Error).self) { try generator.generate([99], GenerationOptions()) }
  }

  @Test func drawsDependOnTheSeedAlone() throws {
    let backend = try CPUBackend(threads: 1)
    let generator = try TextGenerator(SmallModel.weights(on: backend), positions: 64, on: backend)
    func text(seed: UInt64) throws -> [Int32] {
      try generator.generate(
        [3, 9], GenerationOptions(maximumTokens: 40, temperature: 1, seed: seed)
      ).ids
    }
    #expect(try text(seed: 1) == text(seed: 1))
    #expect(try text(seed: 1) != text(seed: 2))
  }
}

@Suite struct TokenSamplerTests {
  private let logits: [Float] = [1, 3, 3, 0, 2]

  @Test func greedyTakesTheFirstOfTheLargest() {
    #expect(TokenSampler(options: GenerationOptions()).choose(logits, index: 0) == 1)
  }

  @Test func aSmallNucleusIsGreedy() {
    let sampler = TokenSampler(
      options: GenerationOptions(temperature: 1, topProbability: 1e-9, seed: 3))
    #expect((0..<20).allSatisfy { sampler.choose(logits, index: $0) == 1 })
  }

  @Test func drawsFromTheLikeliestTokensOnly() {
    let sampler = TokenSampler(options: GenerationOptions(temperature: 4, topCount: 2, seed: 3))
    let choices = Set((0..<200).map { sampler.choose(logits, index: $0) })
    #expect(choices == [1, 2])
  }

  /// 20,000 draws: a share of p is met within 4 √(p (1 − p) / 20,000) < 0.015.
  @Test func drawsFollowTheSoftmax() {
    let sampler = TokenSampler(options: GenerationOptions(temperature: 2, seed: 3))
    var counts = [Int](repeating: 0, count: 5)
    for index in 0..<20_000 { counts[Int(sampler.choose(logits, index: index))] += 1 }
    let weights = logits.map { exp(Double($0) / 2) }
    let total = weights.reduce(0, +)
    for (count, weight) in zip(counts, weights) {
      #expect(abs(Double(count) / 20_000 - weight / total) < 0.015)
    }
  }
}
