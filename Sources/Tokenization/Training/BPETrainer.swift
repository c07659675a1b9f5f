import Artifacts

/// Trains a byte-level BPE tokenizer: the same merges in the same order as `tokenizers`'
/// `BpeTrainer`.
///
/// ```swift
/// var trainer = try BPETrainer(BPETrainerOptions(vocabularySize: 6_000))
/// for document in documents { document.withUnsafeBufferPointer { trainer.consume($0) } }
/// let tokenizer = try trainer.train()
/// ```
///
/// Documents are cut into pretokens and only counted, so memory grows with the number of different
/// pretokens. The order of documents does not matter to the result.
public struct BPETrainer: Sendable {
  private let options: BPETrainerOptions
  private var words = ByteStringTable()
  private var counts: [Int] = []
  /// The bytes that were consumed.
  public private(set) var byteCount = 0
  /// The number of different pretokens so far.
  public var wordCount: Int { words.count }

  /// A trainer that has seen nothing.
  ///
  /// - Throws: `invalidOption`.
  public init(_ options: BPETrainerOptions) throws {
    try options.validate()
    self.options = options
  }

  /// Counts the pretokens of one document. The texts of special tokens are text here, too.
  public mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    var start = 0
    PretokenScanner(bytes, Pretokenizer(options.pattern)).forEach { end, isPretoken in
      defer { start = end }
      guard isPretoken else { return }
      let (index, isNew) = words.insert(UnsafeBufferPointer(rebasing: bytes[start..<end]))
      if isNew { counts.append(1) } else { counts[index] += 1 }
    }
  }

  /// Counts the pretokens of a text file (`-`: standard input). Each line is a document and keeps
  /// its line feed, as in `tokenizers`' `train(files)`.
  ///
  /// - Throws: `missingFile`, `unreadable`; `malformed` for a line that is too long.
  public mutating func consume(contentsOf path: String) throws {
    let reader = try DocumentReader(path, layout: .lineWithFeed)
    while let document = try reader.next() { document.withUnsafeBufferPointer { consume($0) } }
  }

  /// Makes the merges.
  ///
  /// - Throws: `invalidOption`.
  /// - Complexity: O(n log n) in the bytes of all different pretokens.
  public func train() throws -> BPETokenizer {
    let specials = options.specialTokens.enumerated().map {
      AddedToken(id: TokenID($0), text: $1)
    }
    var vocabulary = Vocabulary(capacity: options.vocabularySize)
    for (offset, byte) in ByteAlphabet.bytesInOrder.enumerated() {
      try vocabulary.add([byte], id: TokenID(specials.count + offset))
    }
    let byteTokens = (UInt8.min...UInt8.max).map { vocabulary.id(of: [$0]) ?? 0 }
    var learner = try MergeLearner(
      CountedWords(words, counts: counts, byteTokens: byteTokens), vocabulary: vocabulary,
      nextID: TokenID(vocabulary.endID))
    learner.forbid(options.specialTokens)
    try learner.learn(
      untilCount: options.vocabularySize - specials.count,
      minimumFrequency: options.minimumFrequency)
    return try BPETokenizer(
      BPEDefinition(
        pretokenizer: Pretokenizer(options.pattern), vocabulary: learner.vocabulary,
        merges: learner.merges,
        prefersWholePretokens: false, addedTokens: specials))
  }
}
