internal import Tokenization

/// Encodes a piece that continues a text, for tokenizers that put a space before every text as
/// SentencePiece's dummy prefix does: such a piece must not get one of its own.
///
///     text        [INST] hi [/INST]│ hello        the answer is encoded by itself
///     by itself   ▁▁hello                         two spaces
///     continued   ▁hello                          what the model writes behind the prompt
///
/// The piece is encoded behind a line feed, which no piece of such a vocabulary joins to what follows,
/// and the tokens of the line feed are taken off again.
struct TextContinuation: Sendable {
  /// Whether the tokenizer puts a space before a text.
  let isNeeded: Bool

  private static let lineFeed = UInt8(ascii: "\n")

  init(_ tokenizer: any Tokenizer) {
    let first = tokenizer.encode("a").ids.first
    isNeeded = first.flatMap { tokenizer.bytes(of: $0)?.first } == UInt8(ascii: " ")
  }

  /// The tokens of a piece behind other text; their ends count from its beginning.
  ///
  /// `nil` if the vocabulary does join the line feed to what follows: then the piece has to be encoded
  /// by itself.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, by tokenizer: any Tokenizer) -> Encoding? {
    let encoding = tokenizer.encode([Self.lineFeed] + piece)
    guard let border = encoding.ends.lastIndex(of: 1) else { return nil }
    return Encoding(
      ids: Array(encoding.ids[(border + 1)...]),
      ends: encoding.ends[(border + 1)...].map { $0 - 1 })
  }
}
