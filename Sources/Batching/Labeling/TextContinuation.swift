internal import Tokenization

/// Encodes a piece that continues a text, for tokenizers that put a space before a text as
/// SentencePiece's dummy prefix does: such a piece must not get one of its own.
///
///     text        [INST] hi [/INST]│ hello        the answer is encoded by itself
///     by itself   ▁▁hello                         two spaces
///     continued   ▁hello                          what the model writes behind the prompt
///
/// Which pieces get the space differs. Llama 2's own code and older `tokenizer.json` files put it behind
/// every control token; those that transformers 5 writes only before text that begins the row
/// (`"prepend_scheme": "first"`). Which one a tokenizer does is seen from what it makes of a text behind
/// each of its control tokens: those that are looked for after the normalizer (`normalized`) may differ.
///
///     every run   <s>[INST] hi     <s> ▁[ INST ] ▁hi
///     first only  <s>[INST] hi     <s> [ INST ] ▁hi
///
/// The piece is encoded behind a line feed, which no piece of such a vocabulary joins to what follows,
/// and the tokens of the line feed are taken off again.
struct TextContinuation: Sendable {
  /// Whether the tokenizer puts a space before a text.
  let isNeeded: Bool
  /// The control tokens behind which it does not.
  private let bare: Set<TokenID>

  private static let lineFeed = UInt8(ascii: "\n")
  private static let letter = UInt8(ascii: "a")

  init(_ tokenizer: any Tokenizer) {
    let text = tokenizer.encode([Self.letter]).ids
    isNeeded = Self.beginsWithSpace(text.first, tokenizer)
    let controls = isNeeded ? tokenizer.addedTokenIDs.filter(tokenizer.isSpecial) : []
    bare = Set(controls.filter { !Self.isPrefixed(behind: $0, tokenizer) })
  }

  private static func beginsWithSpace(_ token: TokenID?, _ tokenizer: any Tokenizer) -> Bool {
    token.flatMap { tokenizer.bytes(of: $0)?.first } == UInt8(ascii: " ")
  }

  /// Whether a text behind a control token gets a space, too.
  private static func isPrefixed(behind control: TokenID, _ tokenizer: any Tokenizer) -> Bool {
    guard let text = tokenizer.bytes(of: control) else { return true }
    let tokens = tokenizer.encode(text + [letter], specials: .allow).ids
    return tokens.first != control || beginsWithSpace(tokens.dropFirst().first, tokenizer)
  }

  /// Whether the piece that begins at `start` must get no space.
  ///
  /// - Parameters:
  ///   - run: where the text begins that has no control token in it.
  ///   - control: the control token before that; `nil` at the beginning of the row.
  func continues(at start: Int, run: Int, behind control: TokenID?) -> Bool {
    isNeeded && (start > run || control.map(bare.contains) ?? false)
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
