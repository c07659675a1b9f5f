/// What a code point is to a pretokenizer. Every code point has exactly one class; a set of several
/// says what a pattern's bracket accepts.
public struct CharacterClass: OptionSet, Sendable, Hashable {
  /// One bit a class.
  public let rawValue: UInt16

  /// A set from its bits.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Capitals: general categories Lu and Lt.
  public static let capital = CharacterClass(rawValue: 1)
  /// Small letters: Ll.
  public static let small = CharacterClass(rawValue: 2)
  /// Letters without case: Lm and Lo.
  public static let caseless = CharacterClass(rawValue: 4)
  /// `\p{M}`: Mn, Me, Mc. Kannada and Telugu vowel signs and the virama are here.
  public static let mark = CharacterClass(rawValue: 8)
  /// `\p{N}`: Nd, Nl, No.
  public static let number = CharacterClass(rawValue: 16)
  /// `\s`, that is `White_Space`, without the carriage return and the line feed.
  public static let space = CharacterClass(rawValue: 32)
  /// The carriage return and the line feed.
  public static let newline = CharacterClass(rawValue: 64)
  /// ZWNJ (U+200C) and ZWJ (U+200D).
  public static let joiner = CharacterClass(rawValue: 128)
  /// `[\p{P}\p{S}]`: punctuation and symbols.
  public static let punctuation = CharacterClass(rawValue: 256)
  /// Everything else: controls, formats other than joiners, unassigned code points, and bytes that
  /// are not UTF-8.
  public static let other = CharacterClass(rawValue: 512)

  /// `\p{L}`.
  public static let letter: CharacterClass = [.capital, .small, .caseless]
  /// `\s`.
  public static let whitespace: CharacterClass = [.space, .newline]
  /// What is no letter, mark, number or white space.
  public static let symbol: CharacterClass = [.joiner, .punctuation, .other]
  /// Every class.
  public static let any: CharacterClass = [.letter, .mark, .number, .whitespace, .symbol]
}
