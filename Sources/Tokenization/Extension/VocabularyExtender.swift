import Artifacts
import Orthography

/// Adds Kannada and Telugu tokens to a byte-level BPE tokenizer, and changes nothing else in it.
///
/// ```swift
/// var extender = try VocabularyExtender(base, ExtensionOptions(tokenCount: 16_000))
/// try extender.consume(contentsOf: "kn.txt")
/// let extended = try extender.extend()
/// extended.tokenizer.encode("ಕನ್ನಡ ಭಾಷೆ")
/// ```
///
/// What holds of the result, whatever the corpus:
///
/// - Every old token, special ones too, has the ID that it had. New IDs follow the largest old one.
/// - Every new token holds a whole Kannada or Telugu character, and no part of a character.
/// - A text without such characters is cut (`IndicWords`) and merged (`IndicScript.allowsToken`) as
///   before: new merges rank behind all old ones and never find their two halves in it.
///
/// The words are counted first, and nothing but the counts is kept; the order of documents does not
/// matter. Source: Sennrich et al. 2016 for byte-pair encoding; the rest is ours
/// (`docs/TOKENIZATION.md`, "Extending a vocabulary").
public struct VocabularyExtender: Sendable {
  private let base: BPETokenizer
  private let options: ExtensionOptions
  private let pretokenizer: Pretokenizer
  private let location: SourceLocation?
  private var corpus: ExtensionWords

  /// An extender that has seen no text.
  ///
  /// - Parameter location: the base's file, for errors.
  /// - Throws: `invalidOption`, also for the file of a kind that holds no special tokens if none were
  ///   named for it; `unsupported` if the base is not byte-level, or has a split pattern without a name,
  ///   of which nobody knows how it cuts Kannada.
  public init(
    _ base: BPETokenizer, _ options: ExtensionOptions, at location: SourceLocation? = nil
  ) throws {
    try options.validate()
    if !options.takesBaseWithoutSpecialTokens {
      try base.refuseUnnamedSpecialTokens(at: location)
    }
    try LearningDefinition.checkSpelling(of: base.definition, at: location)
    guard let pattern = base.pretokenizer?.pattern else {
      throw AksharaError(
        .unsupported, "the base splits text by an expression that has no name here", at: location,
        remedy: "extend a tokenizer with one of the patterns "
          + SplitPattern.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.base = base
    self.options = options
    self.location = location
    pretokenizer = Pretokenizer(pattern.keepingIndicWords)
    corpus = ExtensionWords(pretokenizer)
  }

  /// Counts the words of one document.
  public mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) { corpus.consume(bytes) }

  /// Counts the words of a text file, plain, gzip or zstd; each line is a document.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`.
  public mutating func consume(contentsOf path: String) throws {
    let reader = try DocumentReader(path, layout: .line)
    while let document = try reader.next() { document.withUnsafeBufferPointer { consume($0) } }
  }

  /// Makes the tokens.
  ///
  /// - Throws: `malformed` if the corpus has no Kannada or Telugu word; `unsupported` if the base
  ///   cannot be extended; `invalidOption` if the IDs run out.
  /// - Complexity: O(n log n) in the bytes of all different words.
  public func extend() throws -> ExtendedVocabulary {
    guard corpus.words.count > 0 else {
      throw AksharaError(
        .malformed, "the corpus has no Kannada or Telugu word",
        remedy: "give text in these scripts, in UTF-8")
    }
    let learning = try LearningDefinition(base.definition, at: location)
    var definition = learning.definition
    definition.pretokenizer = pretokenizer
    try checkRoom(behind: definition.endID)
    let seeds = try ExtensionSeeds(definition, limit: options.tokenCount, at: location)
    let seeded = seeds.definition
    let seedCount = seeded.vocabulary.count - definition.vocabulary.count
    var learner = ExtensionLearner(
      seeded, corpus: corpus, pieces: try pieces(under: seeded), options: options)
    try learner.learn(tokenCount: options.tokenCount - seedCount)
    definition.vocabulary = learner.vocabulary
    definition.merges = seeded.merges + learner.merges
    let extended = try learning.restored(definition)
    try checkGain(of: extended)
    return try ExtendedVocabulary(
      base: base, definition: extended, options: options,
      tokensPerWord: IndicScript.allCases.map { script in
        Double(learner.tokenTotals[script.rawValue]) / Double(corpus.totals[script.rawValue])
      })
  }

  private func checkGain(of extended: BPEDefinition) throws {
    guard extended.endID > base.definition.endID else {
      throw AksharaError(
        .malformed, "the corpus gives no new token", at: location,
        remedy: "give more text, or words that the base takes apart")
    }
  }

  private func checkRoom(behind end: Int) throws {
    guard end + options.tokenCount <= Vocabulary.largestID else {
      throw AksharaError(
        .invalidOption,
        "`\(options.tokenCount)` tokens cannot be added to \(base.definition.endID)",
        at: location, remedy: "a vocabulary has at most \(Vocabulary.largestID) tokens")
    }
  }

  /// The words as `definition` encodes them, normalized as it does. A word with an added token in it is
  /// there without tokens: that token is cut out before anything is merged.
  private func pieces(under definition: BPEDefinition) throws -> WordPieces {
    var plain = definition
    plain.normalizer = nil
    let tokenizer = try BPETokenizer(plain, at: location)
    let segmenter = AksharaSegmenter()
    var pieces = WordPieces()
    for index in 0..<corpus.words.count {
      let word = normalized(corpus.words[index])
      let ids = tokenizer.encode(word).ids
      let isOrdinary = ids.allSatisfy { definition.vocabulary.bytes(of: $0) != nil }
      pieces.append(word, tokens: isOrdinary ? ids : [], segmenter: segmenter)
    }
    return pieces
  }
  /// A word as the base's normalizer leaves it.
  private func normalized(_ word: ArraySlice<UInt8>) -> [UInt8] {
    let bytes = Array(word)
    guard let normalizer = base.definition.normalizer else { return bytes }
    return bytes.withUnsafeBufferPointer {
      normalizer.normalize(AlignedText($0, 0..<$0.count)).bytes
    }
  }
}
