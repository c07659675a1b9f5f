import Artifacts

/// How a tokenizer is trained.
public struct BPETrainerOptions: Sendable, Equatable {
  /// The number of tokens to end with, special tokens and the 256 bytes included. There are fewer
  /// if the text has too few pairs.
  public var vocabularySize: Int
  /// How often a pair must stand in the text to become a token; 0 and 1 mean the same.
  public var minimumFrequency: Int
  /// The texts of the special tokens, which get the IDs 0, 1, … in this order.
  public var specialTokens: [String]
  /// How text is cut into pretokens, in training and by the tokenizer that comes out.
  public var pattern: SplitPattern
  /// The length, in bytes, which new tokens of more than two bytes must stay below; `nil` for any.
  public var maximumTokenLength: Int?
  /// Whether merges inside aksharas come before all others, so that hardly a token border falls
  /// inside an akshara (`AksharaLearning`).
  public var keepsAksharas = false
  /// In which unit all sources are to cost the same (`SourceBalance`); `nil` to count each word as
  /// often as it stands there. Not among the options of a recipe, whose text is one source.
  public var balance: FertilityMeasure?

  /// Options; the defaults of those that have one are those of `tokenizers`' `BpeTrainer`, except
  /// for the pattern.
  public init(
    vocabularySize: Int, minimumFrequency: Int = 0, specialTokens: [String] = [],
    pattern: SplitPattern = .indic
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.pattern = pattern
  }

  /// Reads `vocab_size`, `min_frequency`, `special_tokens`, `pattern`, `max_token_length`
  /// and `keep_aksharas`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    let size = try reader.integer("vocab_size", in: 256...Vocabulary.largestID)
    guard let size else { throw reader.missing("vocab_size") }
    self.init(vocabularySize: size)
    minimumFrequency = try reader.integer("min_frequency", in: 0...Int.max) ?? minimumFrequency
    specialTokens = try reader.strings("special_tokens") ?? specialTokens
    pattern = try reader.choice("pattern", SplitPattern.self) ?? pattern
    maximumTokenLength = try reader.integer("max_token_length", in: 2...Int.max)
    keepsAksharas = try reader.boolean("keep_aksharas") ?? keepsAksharas
    try reader.finish()
  }

  /// All options, resolved.
  public var json: JSONValue {
    [
      "vocab_size": JSONValue(vocabularySize), "min_frequency": JSONValue(minimumFrequency),
      "special_tokens": .array(specialTokens.map { .string($0) }),
      "pattern": .string(pattern.rawValue),
      "max_token_length": maximumTokenLength.map { JSONValue($0) } ?? .null,
      "keep_aksharas": .bool(keepsAksharas),
    ]
  }

  /// Checks what must hold between the options.
  ///
  /// - Throws: `invalidOption`.
  func validate() throws {
    let least = specialTokens.count + 256
    guard vocabularySize >= least, vocabularySize <= Vocabulary.largestID else {
      throw AksharaError(
        .invalidOption, "`vocab_size` cannot be \(vocabularySize)",
        remedy: "give at least \(least), for the 256 bytes and the special tokens, and at most "
          + "\(Vocabulary.largestID)")
    }
    guard Set(specialTokens.map { Array($0.utf8) }).count == specialTokens.count else {
      throw AksharaError(
        .invalidOption, "`special_tokens` has a token twice", remedy: "remove one of them")
    }
    for token in specialTokens where ByteAlphabet.bytes(spelledBy: token)?.count ?? 2 < 2 {
      throw AksharaError(
        .invalidOption, "the special token `\(token)` is a single byte or nothing",
        remedy: "give it a name that text does not have, such as `<|end|>`")
    }
  }
}
