import Orthography
import Testing

@testable import Tokenization

@Suite struct AksharaLearningTests {
  private func train(_ text: String, size: Int, keepsAksharas: Bool) throws -> BPETokenizer {
    var options = BPETrainerOptions(vocabularySize: size)
    options.keepsAksharas = keepsAksharas
    var trainer = try BPETrainer(options)
    Array(text.utf8).withUnsafeBufferPointer { trainer.consume($0) }
    return try trainer.train()
  }

  private func pieces(_ tokenizer: BPETokenizer, _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var start = 0
    return tokenizer.encode(text).ends.map { end in
      defer { start = Int(end) }
      return String(decoding: bytes[start..<Int(end)], as: UTF8.self)
    }
  }

  @Test func knowsFragmentsOfAksharas() {
    let fragments: [String: Bool] = [
      "ಕ": true, "ಕ್": true, "ಕ್ಷ": true, "ಕ್ಷಿ": true, "ಕನ": false, " ಕ": false, "್ಷ": false,
      "ಾಂ": true,
      "a": true, "ab": false, "తె": true, "తెలు": false,
    ]
    for (text, expected) in fragments {
      #expect(AksharaFragment.isFragment(Array(text.utf8)) == expected, "\(text)")
      #expect(AksharaFragment.isOfWholeCharacters(Array(text.utf8)), "\(text)")
    }
    for (bytes, expected) in [
      ([0xE0, 0xB2], true), ([0xE0], true), ([0xB2, 0x95], false),
      ([0xB2], false), ([0x61, 0xE0], false), ([0xE0, 0xB2, 0x95, 0xE0], false),
    ] as [([UInt8], Bool)] {
      #expect(AksharaFragment.isFragment(bytes) == expected, "\(bytes)")
      #expect(AksharaFragment.isOfWholeCharacters(bytes) == expected, "\(bytes)")
    }
  }

  @Test func aFrequentAksharaIsNotCut() throws {
    // `ಮಸ್` stands more often than `ಸ್ತೆ`, so plain BPE joins it first and cuts the akshara.
    let text = String(repeating: "ಮಸ್ ", count: 9) + String(repeating: "ನಮಸ್ತೆ ಆಸ್ತೆ ", count: 6)
    let plain = try train(text, size: 256 + 16, keepsAksharas: false)
    let kept = try train(text, size: 256 + 16, keepsAksharas: true)
    #expect(pieces(plain, "ನಮಸ್ತೆ").contains { $0.hasSuffix("ಸ್") })
    #expect(!pieces(kept, "ನಮಸ್ತೆ").contains { $0.hasSuffix("ಸ್") })
  }

  @Test(arguments: 1...4) func cutsFewerAksharasThanPlainMergesDo(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let parts = ["ಕ", "ನ", "ತ", "ರ", "್", "ಾ", "ಿ", "ೆ", " "]
    let text = (0..<3_000).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
    let unseen = (0..<1_000).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
    let bytes = Array(unseen.utf8)
    let ends = Set(AksharaSegmenter().ranges(in: bytes).map { Int32($0.upperBound) })
    let cuts = try [true, false].map { keepsAksharas in
      let tokenizer = try train(text, size: 420, keepsAksharas: keepsAksharas)
      let encoding = tokenizer.encode(unseen)
      #expect(tokenizer.decode(encoding.ids) == bytes)
      return encoding.ends.filter { !ends.contains($0) }.count
    }
    #expect(cuts[0] < cuts[1], "seed \(seed): \(cuts)")
  }
}
