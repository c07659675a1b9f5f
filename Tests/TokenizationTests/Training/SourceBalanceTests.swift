import Testing

@testable import Tokenization

@Suite struct SourceBalanceTests {
  /// Random words over letters of their own for each source.
  private func texts() -> [[UInt8]] {
    var generator = SeededGenerator(seed: 5)
    return [("abcdefgh", 9_000), ("ijklmnop", 900)].map { letters, count in
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
    #expect(abs(even.0[1] / even.0[0] - 1) < 0.1, "\(even)")
    #expect(try costs(balance: .characters).1 == even.1)
  }
}
