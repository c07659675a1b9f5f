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
  /// What tokens are made of.
  public var model = BPEModelKind.byteLevel
  /// How text is cut into pretokens, in training and by the tokenizer that comes out; only for
  /// `byteLevel`.
  public var pattern: SplitPattern
  /// How much of the text (spaces aside) the characters that become tokens make up, from 0 to 1; the
  /// others become the tokens of their bytes. Only for `sentencePiece`, whose default this is.
  public var characterCoverage = 0.9995
  /// The length which new tokens of more than two bytes must stay below; `nil` for any. For
  /// `sentencePiece` in characters instead of bytes.
  public var maximumTokenLength: Int?
  /// Whether merges inside aksharas come before all others, so that hardly a token border falls
  /// inside an akshara (`AksharaLearning`).
  public var keepsAksharas = false
  /// In which unit all sources are to cost the same (`SourceBalance`); `nil` to count each word as
  /// often as it stands there. Not among the options of a recipe, whose text is one source.
  public var balance: FertilityMeasure?

  /// The unknown token of a `sentencePiece` model, if it is among the special tokens. As every byte has
  /// a token, text never becomes it.
  static let unknownToken = "<unk>"
  /// The token that begins a text of a `sentencePiece` model, if it is among the special tokens.
  static let beginToken = "<s>"
  /// The special tokens of a `sentencePiece` model unless others are named.
  public static let sentencePieceTokens = [unknownToken, beginToken, "</s>"]

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

  /// Reads `vocab_size`, `model`, `min_frequency`, `special_tokens`, `pattern`, `character_coverage`,
  /// `max_token_length` and `keep_aksharas`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    let size = try reader.integer("vocab_size", in: 256...Vocabulary.largestID)
    guard let size else { throw reader.missing("vocab_size") }
    self.init(vocabularySize: size)
    model = try reader.choice("model", BPEModelKind.self) ?? model
    minimumFrequency = try reader.integer("min_frequency", in: 0...Int.max) ?? minimumFrequency
    specialTokens =
      try reader.strings("special_tokens")
      ?? (model == .sentencePiece ? Self.sentencePieceTokens : [])
    switch model {
    case .byteLevel: pattern = try reader.choice("pattern", SplitPattern.self) ?? pattern
    case .sentencePiece:
      characterCoverage =
        try reader.number("character_coverage", in: 0...1) ?? characterCoverage
    }
    maximumTokenLength = try reader.integer("max_token_length", in: 2...Int.max)
    keepsAksharas = try reader.boolean("keep_aksharas") ?? keepsAksharas
    try reader.finish()
  }

  /// The special tokens with their IDs.
  var addedTokens: [AddedToken] {
    specialTokens.enumerated().map { AddedToken(id: TokenID($0), text: $1) }
  }

  /// All options, resolved.
  public var json: JSONValue {
    var object: JSONObject = [
      "vocab_size": JSONValue(vocabularySize), "model": .string(model.rawValue),
      "min_frequency": JSONValue(minimumFrequency),
      "special_tokens": .array(specialTokens.map { .string($0) }),
    ]
    switch model {
    case .byteLevel: object["pattern"] = .string(pattern.rawValue)
    case .sentencePiece: object["character_coverage"] = .number(characterCoverage)
    }
    object["max_token_length"] = maximumTokenLength.map { JSONValue($0) } ?? .null
    object["keep_aksharas"] = .bool(keepsAksharas)
    return .object(object)
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
    guard (0...1).contains(characterCoverage) else {
      throw AksharaError(
        .invalidOption, "`character_coverage` cannot be \(characterCoverage)",
        remedy: "give a share from 0 to 1")
    }
    for token in specialTokens where model == .byteLevel ? isOneByte(token) : isOrdinary(token) {
      throw AksharaError(
        .invalidOption,
        "the special token `\(token)` is a single \(model == .byteLevel ? "byte" : "character or byte") or nothing",
        remedy: "give it a name that text does not have, such as `<|end|>`")
    }
  }

  /// Whether a text is spelled like a byte's token, or empty.
  private func isOneByte(_ token: String) -> Bool {
    ByteAlphabet.bytes(spelledBy: token)?.count ?? 2 < 2
  }

  /// Whether a text is spelled like a character's or a byte's token, or empty.
  private func isOrdinary(_ token: String) -> Bool {
    token.unicodeScalars.count < 2 || CharacterRules.byte(spelledBy: token.utf8) != nil
  }
}
