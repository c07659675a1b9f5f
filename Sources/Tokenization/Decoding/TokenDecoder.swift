/// How tokens become text again: the `decoder` of a `tokenizer.json`.
///
/// In `tokenizers` a decoder works on the list of all tokens. Here it is taken apart into what
/// happens to each token (`steps`) and what happens at the start of the text (`start`), so that
/// tokens can be decoded as they come.
struct TokenDecoder: Sendable, Equatable {
  /// What is done to the spelling of one token.
  enum Step: Sendable, Equatable {
    /// The byte alphabet's characters become bytes; any other text stays.
    case byteLevel
    /// Every occurrence is replaced.
    case replace(TextPattern, with: String)
    /// `<0x41>` becomes the byte 0x41.
    case byteFallback
    /// At most so many of a character are taken off the token's ends.
    case strip(String, start: Int, end: Int)
    /// The mark becomes a space.
    case metaspace(mark: String)
    /// The suffix that ends a word becomes a space.
    case wordSuffix(String)
  }

  /// What is left out at the start of a text.
  enum Start: Sendable, Equatable {
    /// Nothing.
    case whole
    /// At most so many of a character, whatever tokens they come from.
    case strip(String, count: Int)
    /// Every mark in the first token.
    case marksOfFirstToken(String)
    /// The mark at the start of a token, until something has come out, and at most so often. Spaces
    /// that are bytes or stand in a token as spaces stay.
    case leadingMarks(String, count: Int)
  }

  /// What happens to each token, in order.
  var steps: [Step]
  /// What happens at the start of the text.
  var start: Start = .whole
  /// What stands between two tokens: nothing, or a space where a file has no decoder at all.
  var separator = ""

  /// A byte-level vocabulary's.
  static let byteLevel = TokenDecoder(steps: [.byteLevel])
  /// Where a file has none.
  static let spaced = TokenDecoder(steps: [], separator: " ")

  /// What a SentencePiece model's tokens become.
  ///
  /// Source: SentencePiece 0.2, `sentencepiece_processor.cc`, `SentencePieceProcessor::Decode`.
  static func sentencePiece(strippedMarks count: Int) -> TokenDecoder {
    TokenDecoder(
      steps: [.replace(.literal(SpaceMark.text), with: " "), .byteFallback],
      start: count > 0 ? .leadingMarks(SpaceMark.text, count: count) : .whole)
  }

  /// What they become where `tokenizers` decodes them, which takes any spaces off the start.
  static func sentencePiece(strippedSpaces count: Int) -> TokenDecoder {
    var decoder = sentencePiece(strippedMarks: 0)
    decoder.start = .strip(" ", count: count)
    return decoder
  }

  /// The most characters that are taken off the start of a text; files in use take one or all.
  static let mostStripped = 1 << 16

  /// The bytes of a token in the middle of a text.
  func bytes(of spelling: [UInt8]) -> [UInt8] {
    steps.reduce(spelling) { Self.apply($1, to: $0) }
  }

  /// The bytes that a token adds to a text which has come to `position`.
  func bytes(of spelling: [UInt8], at position: inout DecodingPosition) -> [UInt8] {
    defer { position.tokens += 1 }
    let isFirst = position.tokens == 0
    var bytes = bytes(of: spelling)
    switch start {
    case .whole: break
    case .strip(let text, let count):
      bytes = position.strip(Array(text.utf8), atMost: count, from: bytes)
    case .leadingMarks(let mark, let count):
      bytes = self.bytes(of: position.withoutMark(Array(mark.utf8), atMost: count, spelling))
      position.note(bytes)
    case .marksOfFirstToken(let mark):
      if isFirst {
        bytes = self.bytes(of: TextPattern.literal(mark).replaced(in: spelling, with: []))
      }
    }
    if !isFirst { bytes = Array(separator.utf8) + bytes }
    return endsWord(spelling) ? position.holdBackSpace(bytes) : position.withHeldSpace(bytes)
  }

  /// Whether tokens become the same everywhere from `position` on.
  func isSteady(at position: DecodingPosition) -> Bool {
    guard separator.isEmpty else { return false }
    let holdsSpaces = steps.contains { if case .wordSuffix = $0 { true } else { false } }
    switch start {
    case .whole: return !holdsSpaces
    case .strip, .leadingMarks: return !holdsSpaces && position.hasText
    case .marksOfFirstToken: return !holdsSpaces && position.tokens > 0
    }
  }

  /// The decoder for the texts of added tokens, which are not spelled with the byte alphabet.
  var forAddedTokens: TokenDecoder {
    var decoder = self
    decoder.steps.removeAll { $0 == .byteLevel }
    return decoder
  }

  /// Whether a token ends with the suffix of words, whose space comes only before another token.
  private func endsWord(_ spelling: [UInt8]) -> Bool {
    steps.contains { step in
      guard case .wordSuffix(let suffix) = step else { return false }
      return !suffix.isEmpty && spelling.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
  }

  private static func apply(_ step: Step, to text: [UInt8]) -> [UInt8] {
    switch step {
    case .byteLevel:
      return ByteAlphabet.bytes(spelledBy: String(decoding: text, as: UTF8.self)) ?? text
    case .replace(let pattern, let replacement):
      return pattern.replaced(in: text, with: Array(replacement.utf8))
    case .byteFallback: return CharacterRules.byte(spelledBy: text).map { [$0] } ?? text
    case .strip(let character, let start, let end):
      return stripped(text, Array(character.utf8), start, end)
    case .metaspace(let mark):
      return TextPattern.literal(mark).replaced(in: text, with: [UInt8(ascii: " ")])
    case .wordSuffix(let suffix):
      return TextPattern.literal(suffix).replaced(in: text, with: [UInt8(ascii: " ")])
    }
  }

  private static func stripped(
    _ text: [UInt8], _ character: [UInt8], _ start: Int, _ end: Int
  ) -> [UInt8] {
    var rest = text[...]
    for _ in 0..<start where rest.starts(with: character) { rest = rest.dropFirst(character.count) }
    for _ in 0..<end where rest.suffix(character.count).elementsEqual(character) {
      rest = rest.dropLast(character.count)
    }
    return Array(rest)
  }
}

/// How far the decoding of a text has come.
public struct DecodingPosition: Sendable {
  /// The tokens that have been decoded.
  var tokens = 0
  /// The characters that were taken off the start of the text.
  private var stripped = 0
  /// Whether something has come out, so that nothing more is taken off.
  private(set) var hasText = false

  /// Whether a space waits for another token.
  private var holdsSpace = false

  /// The start of a text.
  public init() {}

  /// `bytes`, which end with the space of a word, without that space.
  mutating func holdBackSpace(_ bytes: [UInt8]) -> [UInt8] {
    let result = withHeldSpace(bytes)
    holdsSpace = result.last == UInt8(ascii: " ")
    return holdsSpace ? result.dropLast() : result
  }

  /// `bytes` behind the space that has waited for them, if one has.
  mutating func withHeldSpace(_ bytes: [UInt8]) -> [UInt8] {
    defer { holdsSpace = false }
    return holdsSpace ? [UInt8(ascii: " ")] + bytes : bytes
  }

  /// `bytes` without the characters that must not begin the text.
  mutating func strip(_ character: [UInt8], atMost count: Int, from bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    while !hasText, stripped < count, rest.starts(with: character) {
      rest = rest.dropFirst(character.count)
      stripped += 1
    }
    note(rest)
    return Array(rest)
  }

  /// A token's spelling without the mark that it begins with, if nothing has come out yet.
  mutating func withoutMark(
    _ mark: [UInt8], atMost count: Int, _ spelling: [UInt8]
  ) -> [UInt8] {
    guard !hasText, stripped < count, spelling.starts(with: mark) else { return spelling }
    stripped += 1
    return Array(spelling.dropFirst(mark.count))
  }

  /// Takes note of bytes that come out.
  mutating func note(_ bytes: some Collection<UInt8>) { hasText = hasText || !bytes.isEmpty }
}
