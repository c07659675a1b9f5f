import Orthography

/// What the alternatives of a split pattern accept, for the scanners.
struct PatternRules {
  /// Where contractions such as `'s` stand.
  enum Contractions { case none, apart, afterWord }

  /// Whether contractions are pieces, or end words.
  var contractions = Contractions.apart
  /// `'S` counts like `'s`.
  var contractionsIgnoreCase = true
  /// What a word begins with.
  var wordStart: CharacterClass = .letter
  /// What a word goes on with.
  var wordPart: CharacterClass = .letter
  /// Whether a word is cut where a capital follows what is not one.
  var cutsBeforeCapitals = false
  /// The one character that may stand before a word, taken with it. `nil`: only U+0020.
  var wordPrefix: CharacterClass? = [.space, .symbol, .mark]
  /// Whether an ASCII symbol goes with the ASCII letters behind it, and no further.
  var joinsASCIISymbols = false
  /// The most digits in a piece.
  var digits = 3
  /// Whether U+0020 before digits goes with them.
  var spaceBeforeDigits = false
  /// What punctuation is made of.
  var punctuation: CharacterClass = [.symbol, .mark]
  /// Whether line ends go with what stands before them: punctuation, or white space.
  var newlinesEndPieces = true
  /// Whether slashes among these line ends do, too.
  var slashesEndPunctuation = false
  /// Whether white space at the end of the text is one piece, line ends or not.
  var joinsFinalWhitespace = false
  /// Whether digits, and Chinese and Japanese, are cut out first: white space before them ends as
  /// at the end of a text, and nothing that begins before them reaches into them.
  var cutsInStages = false
  /// Whether Kannada and Telugu words are pieces of their own, with their marks (`IndicWords`).
  var cutsOutIndicWords = false

  init(_ pattern: SplitPattern) {
    switch pattern {
    case .gpt2Indic, .cl100kIndic, .llama3Indic, .qwen2Indic: cutsOutIndicWords = true
    default: break
    }
    switch pattern {
    case .gpt2, .gpt2Indic:
      contractionsIgnoreCase = false
      wordPrefix = nil
      digits = .max
      spaceBeforeDigits = true
      newlinesEndPieces = false
    case .cl100k, .cl100kIndic: joinsFinalWhitespace = true
    case .llama3, .llama3Indic: break
    case .qwen2, .qwen2Indic: digits = 1
    case .qwen35:
      keepMarksInWords()
      punctuation = .symbol
      digits = 1
    case .o200k, .tekken:
      keepMarksInWords()
      contractions = pattern == .o200k ? .afterWord : .none
      digits = pattern == .o200k ? 3 : 1
      cutsBeforeCapitals = true
      slashesEndPunctuation = true
    case .deepseek3:
      keepMarksInWords()
      contractions = .none
      wordPrefix = [.space, .joiner, .other, .mark]
      joinsASCIISymbols = true
      punctuation = .punctuation
      cutsInStages = true
    case .indic:
      keepMarksInWords()
      wordPart.insert(.joiner)
      wordPrefix = [.space, .symbol]
      punctuation = .symbol
    }
  }

  private mutating func keepMarksInWords() {
    wordStart.insert(.mark)
    wordPart.insert(.mark)
  }
}
