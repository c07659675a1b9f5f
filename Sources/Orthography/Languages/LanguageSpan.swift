/// A part of a text in one language.
public struct LanguageSpan: Sendable, Equatable {
  /// Its bytes in the text's UTF-8; spans follow one another, and what stands between two words of
  /// one language belongs to both their span.
  public var range: Range<Int>
  /// The language as a BCP 47 tag: `kn`, `te`, `en`, `kn-Latn`, `te-Latn` (Kannada and Telugu in Latin
  /// letters), `und-Deva` and the like for other scripts.
  public var language: String
  /// The letters and marks of its words.
  public var letters: Int
}

/// What a whole text is written in.
public struct LanguageGuess: Sendable, Equatable {
  /// The language as a BCP 47 tag; `mul` where no language has 60 % of the letters, `und` for a text
  /// without letters.
  public var language: String
  /// How sure that is, from 0 to 1: the probability of the language in Latin letters, the share of the
  /// letters in other scripts.
  public var confidence: Double
}
