import Artifacts

/// What a training begins with: the tokens before any merge, in which the words are spelled, and
/// what else makes up the tokenizer that comes out.
protocol FirstTokens: Sendable {
  /// The tokens behind the special ones.
  var vocabulary: Vocabulary { get }
  /// The bytes that no token may have, since a special token is spelled so.
  var forbidden: [[UInt8]] { get }
  /// The characters of a word that are not in its bytes.
  var addedCharacters: Int { get }
  /// The words of a table, spelled in these tokens.
  func spell(_ words: borrowing WordCounts) -> CountedWords
  /// The tokenizer with merges.
  func definition(of learned: LearnedMerges) -> BPEDefinition
}

/// The 256 bytes, in the order of the byte alphabet.
struct ByteTokens: FirstTokens {
  let vocabulary: Vocabulary
  let forbidden: [[UInt8]]
  let addedCharacters = 0
  private let specialTokens: [AddedToken]
  private let pattern: SplitPattern

  init(_ options: BPETrainerOptions) throws {
    specialTokens = options.addedTokens
    pattern = options.pattern
    var vocabulary = Vocabulary(capacity: options.vocabularySize)
    for (offset, byte) in ByteAlphabet.bytesInOrder.enumerated() {
      try vocabulary.add([byte], id: TokenID(specialTokens.count + offset))
    }
    self.vocabulary = vocabulary
    forbidden = options.specialTokens.compactMap(ByteAlphabet.bytes(spelledBy:))
  }

  func spell(_ words: borrowing WordCounts) -> CountedWords {
    CountedWords(
      words, byteTokens: (UInt8.min...UInt8.max).map { vocabulary.id(of: [$0]) ?? 0 })
  }

  func definition(of learned: LearnedMerges) -> BPEDefinition {
    BPEDefinition(
      pretokenizer: Pretokenizer(pattern), vocabulary: learned.vocabulary,
      merges: learned.merges, prefersWholePretokens: false, addedTokens: specialTokens)
  }
}
