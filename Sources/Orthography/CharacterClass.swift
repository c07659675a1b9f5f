/// What a code point is to a pretokenizer. Every code point has exactly one of these classes;
/// a set of several says what a pattern's bracket accepts.
public struct CharacterClass: OptionSet, Sendable, Hashable {
  /// One bit a class.
  public let rawValue: UInt8

  /// A set from its bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `\p{L}`: general categories Lu, Ll, Lt, Lm, Lo.
  public static let letter = CharacterClass(rawValue: 1)
  /// `\p{M}`: Mn, Me, Mc. Kannada and Telugu vowel signs and the virama are here.
  public static let mark = CharacterClass(rawValue: 2)
  /// `\p{N}`: Nd, Nl, No.
  public static let number = CharacterClass(rawValue: 4)
  /// `\s`, that is `White_Space`, without the carriage return and the line feed.
  public static let space = CharacterClass(rawValue: 8)
  /// The carriage return and the line feed.
  public static let newline = CharacterClass(rawValue: 16)
  /// ZWNJ (U+200C) and ZWJ (U+200D).
  public static let joiner = CharacterClass(rawValue: 32)
  /// Everything else: punctuation, symbols, controls, unassigned code points, and bytes that are
  /// not UTF-8.
  public static let other = CharacterClass(rawValue: 64)

  /// Every class.
  public static let any: CharacterClass = [
    .letter, .mark, .number, .space, .newline, .joiner, .other,
  ]
  /// `\s`.
  public static let whitespace: CharacterClass = [.space, .newline]
}
