import Artifacts

/// What a tokenizer makes of some text, in numbers that add up.
public struct TokenCounts: Sendable, Equatable {
  /// Tokens.
  public var tokens = 0
  /// Borders between two tokens of a document.
  public var borders = 0
  /// Those of them inside a character: what is left of it is not UTF-8.
  public var bordersInCharacters = 0
  /// Those of them inside an akshara, characters included.
  public var bordersInAksharas = 0

  /// Nothing counted.
  public init() {}

  /// Adds the counts of other text.
  public static func += (left: inout TokenCounts, right: TokenCounts) {
    left.tokens += right.tokens
    left.borders += right.borders
    left.bordersInCharacters += right.bordersInCharacters
    left.bordersInAksharas += right.bordersInAksharas
  }

  /// A share of the borders; 0 where there are none.
  public func share(_ count: Int) -> Double { borders == 0 ? 0 : Double(count) / Double(borders) }
}

/// How much text there is, whatever the tokenizer.
public struct TextCounts: Sendable, Equatable {
  /// Lines that are not empty.
  public var documents = 0
  /// Bytes of UTF-8, line ends left out.
  public var bytes = 0
  /// Stretches without white space.
  public var words = 0
  /// Written syllables: pieces of `AksharaSegmenter` that begin with a letter, mark or number.
  public var aksharas = 0

  /// Nothing counted.
  public init() {}

  /// Adds the counts of other text.
  public static func += (left: inout TextCounts, right: TextCounts) {
    left.documents += right.documents
    left.bytes += right.bytes
    left.words += right.words
    left.aksharas += right.aksharas
  }
}
