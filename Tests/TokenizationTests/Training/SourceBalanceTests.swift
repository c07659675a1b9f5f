import Foundation
import Testing

@testable import Tokenization

@Suite struct SourceBalanceTests {
  /// Random words over letters of their own for each source.
  private func texts() -> [[UInt8]] {
    var generator = SeededGenerator(seed: 5)
    return [("abcdefgh", 60_000), ("ijklmnop", 6_000)].map { letters, count in
      let words = (0..<300).map { _ in
        String(
          (0..<Int.random(in: 2...9, using: &generator)).map { _ in
            letters.randomElement(using: &generator) ?? "x"
          })
      }
      let text = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
      return Array(text.joined(separator: " ").utf8)
    }
  }

  private func costs(balance: FertilityMeasure?, threads: Int = 1) throws -> ([Double], [Int]) {
    var options = BPETrainerOptions(vocabularySize: 500)
    options.balance = balance
    var trainer = try BPETrainer(options, threads: threads)
    for (index, text) in texts().enumerated() {
      trainer.beginSource("\(index)")
      text.withUnsafeBufferPointer { trainer.consume($0) }
    }
    let tokenizer = try trainer.train()
    let costs = texts().map { text in
      text.withUnsafeBufferPointer {
        Double(tokenizer.encode($0, specials: .asText).ids.count) / Double(text.count)
      }
    }
    return (costs, trainer.report?.sources.map(\.weight) ?? [])
  }

  @Test func theDearerSourceGetsMoreWeight() throws {
    let plain = try costs(balance: nil)
    let even = try costs(balance: .characters)
    #expect(plain.1 == [1, 1])
    #expect(plain.0[1] > plain.0[0] * 1.2)
    #expect(even.1[1] > even.1[0])
    #expect(abs(even.0[1] / even.0[0] - 1) < 0.011, "\(even)")
    #expect(try costs(balance: .characters).1 == even.1)
  }

  @Test func followsCostsThatFallBySomePowerOfTheWeight() {
    // Costs as tokens a character, 1.0, 1.4 and 0.5 with equal weights; source 3 has no text.
    for power in [0.15, 0.3, 0.6] {
      var balance = SourceBalance(sizes: [1_000_000, 1_000_000, 1_000_000, 0])
      var rounds = 1
      while !balance.isEven(tokens(balance.weights, power: power)) { rounds += 1 }
      #expect(balance.bestSpread < 1.01, "power \(power)")
      #expect(rounds <= 6, "power \(power): \(rounds) rounds")
      #expect(balance.bestWeights[2] == SourceBalance.unit)
    }
  }

  private func tokens(_ weights: [Int], power: Double) -> [Int] {
    zip([1.0, 1.4, 0.5, 0], weights).map { cost, weight in
      let share = Double(weight) / Double(weights[0] + weights[1] + weights[2])
      return Int(1_000_000 * cost / pow(share * 3, power))
    }
  }

  @Test func oneSourceOrNoneIsEven() {
    var balance = SourceBalance(sizes: [10, 0])
    let isEven = balance.isEven([4, 0])
    #expect(isEven)
    #expect(balance.bestWeights == [SourceBalance.unit, SourceBalance.unit])
    var empty = SourceBalance(sizes: [0, 0])
    let isEmptyEven = empty.isEven([0, 0])
    #expect(isEmptyEven)
  }
}
