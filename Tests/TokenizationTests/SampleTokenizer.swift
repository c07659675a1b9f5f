@testable import Tokenization

/// Tokenizers for tests.
enum SampleTokenizer {
  /// A tokenizer with IDs that one can count by hand: byte b is token b, and merge i makes token
  /// 256 + i; special tokens follow.
  static func make(
    merges texts: [(String, String)] = [], specials: [String] = [],
    prefersWholePretokens: Bool = false, pattern: SplitPattern = .llama3
  ) throws -> BPETokenizer {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { try vocabulary.add([byte], id: TokenID(byte)) }
    var merges: [Merge] = []
    for (rank, (left, right)) in texts.enumerated() {
      let id = TokenID(256 + rank)
      merges.append(
        Merge(
          left: vocabulary.id(of: Array(left.utf8)) ?? -1,
          right: vocabulary.id(of: Array(right.utf8)) ?? -1, result: id, rank: Int32(rank)))
      try vocabulary.add(Array((left + right).utf8), id: id)
    }
    let added = specials.enumerated().map {
      AddedToken(id: TokenID(256 + texts.count + $0), text: $1)
    }
    return try BPETokenizer(
      BPEDefinition(
        pretokenizer: Pretokenizer(pattern), vocabulary: vocabulary, merges: merges,
        prefersWholePretokens: prefersWholePretokens, addedTokens: added))
  }

  /// A tokenizer trained on seeded text.
  static func trained(
    seed: UInt64, size: Int = 700, specials: [String] = ["<|end|>"],
    pattern: SplitPattern = .indic
  ) throws -> BPETokenizer {
    var generator = SeededGenerator(seed: seed)
    var trainer = try BPETrainer(
      BPETrainerOptions(vocabularySize: size, specialTokens: specials, pattern: pattern))
    for _ in 0..<400 {
      let text = SeededText.string(&generator)
      Array(text.utf8).withUnsafeBufferPointer { trainer.consume($0) }
    }
    return try trainer.train()
  }
}
