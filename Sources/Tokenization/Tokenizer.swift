/// An integer that names a token of a vocabulary.
public typealias TokenID = Int32

/// Whether text may become control tokens.
public enum SpecialTokenPolicy: Sendable, Hashable {
  /// Text is text: `<|eot_id|>` is encoded as ordinary bytes. The only policy for data.
  case asText
  /// The text of a special token becomes that token. Only for text that a template wrote.
  case allow
}

/// Tokens with the bytes they cover.
public struct Encoding: Sendable, Equatable {
  /// The token IDs in order.
  public var ids: [TokenID]
  /// `ends[i]` is the offset behind the last input byte of token `i`; it starts at `ends[i - 1]`
  /// (0 for the first). Offsets count bytes of the input, and tokens cover it without gaps.
  public var ends: [Int32]

  /// An encoding; both arrays have one element a token.
  public init(ids: [TokenID] = [], ends: [Int32] = []) {
    self.ids = ids
    self.ends = ends
  }

  /// The bytes of the input that token `index` covers.
  public func range(of index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }
}

/// Turns bytes into tokens and back. Implementations are immutable and safe to share.
public protocol Tokenizer: Sendable {
  /// One more than the largest token ID, special tokens included.
  var vocabularyCount: Int { get }

  /// Encodes bytes, valid UTF-8 or not.
  func encode(_ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy) -> Encoding

  /// Appends the tokens of bytes, valid UTF-8 or not, to `buffer`: the way without new memory for
  /// each text.
  ///
  /// - Parameter buffer: its ends, where it keeps them, count from the beginning of `bytes`.
  func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy, into buffer: TokenBuffer)

  /// Appends the tokens of each text of a batch, as `encode(_:specials:into:)` gives them with
  /// `asText`.
  ///
  /// - Parameters:
  ///   - buffer: ends that it keeps are not filled in.
  ///   - places: gets, for each mark of the batch, the number of tokens in `buffer` when the first
  ///     token that reaches the mark is in.
  func encode(_ batch: TextBatch, into buffer: TokenBuffer, places: inout [Int32])

  /// Whether text is surely cut at an offset, so that no token lies across it, as far as this is known
  /// without encoding the text; `false` where it is not.
  func cuts(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool

  /// The bytes that a token stands for; a special token gives its text. `nil` for an unused ID.
  func bytes(of token: TokenID) -> [UInt8]?

  /// The bytes that a token adds to a text that is decoded token by token; nothing for an unused
  /// ID.
  ///
  /// - Parameter position: how far the text has come: at its start a vocabulary that puts a space
  ///   before every text takes it away again.
  func bytes(of token: TokenID, at position: inout DecodingPosition) -> [UInt8]

  /// The ID of the special token with this text, if there is one.
  func specialToken(_ text: String) -> TokenID?

  /// Whether this ID is a special token.
  func isSpecial(_ token: TokenID) -> Bool

  /// The tokens that its file adds to the vocabulary, all control tokens among them, rising: they are found
  /// in a text before all else, and what stands between them is encoded piece by piece.
  var addedTokenIDs: [TokenID] { get }

  /// How many bytes of the text behind a control token belong to it: the white space in front of the
  /// text where the token takes it (`rstrip` in its file, as Phi-3's have it), else none.
  func space(takenBy token: TokenID, from text: UnsafeBufferPointer<UInt8>) -> Int

  /// Whether a control token depends on the text around it: it takes white space before it (`lstrip` in
  /// its file), or is found only where no word goes on (`single_word`).
  func hasConditions(_ token: TokenID) -> Bool

  /// The tokens that its file puts before a text, such as the one that begins it; `encode` adds none.
  var leadingTokens: [TokenID] { get }

  /// The digest of what defines the tokenizer: its file's content.
  var digest: String { get }
}

extension Tokenizer {
  /// None: only files name such tokens.
  public var leadingTokens: [TokenID] { [] }

  /// The control tokens.
  ///
  /// - Complexity: O(vocabulary).
  public var addedTokenIDs: [TokenID] { (0..<TokenID(vocabularyCount)).filter(isSpecial) }

  /// Only files name such tokens.
  public func hasConditions(_ token: TokenID) -> Bool { false }

  /// Appends the tokens of bytes, as `encode(_:specials:)` gives them.
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy, into buffer: TokenBuffer
  ) {
    let encoding = encode(bytes, specials: specials)
    for (id, end) in zip(encoding.ids, encoding.ends) { buffer.append(id, end: Int(end)) }
  }

  /// Encodes one text after another.
  public func encode(_ batch: TextBatch, into buffer: TokenBuffer, places: inout [Int32]) {
    encodeSingly(batch, into: buffer, places: &places)
  }

  /// No control token takes any.
  public func space(takenBy token: TokenID, from text: UnsafeBufferPointer<UInt8>) -> Int { 0 }

  /// Nothing is known without encoding.
  public func cuts(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool { false }

  /// Encodes a string's UTF-8; special tokens stay text unless asked for.
  public func encode(_ text: String, specials: SpecialTokenPolicy = .asText) -> Encoding {
    var text = text
    return text.withUTF8 { encode($0, specials: specials) }
  }

  /// Encodes an array of bytes.
  public func encode(_ bytes: [UInt8], specials: SpecialTokenPolicy = .asText) -> Encoding {
    bytes.withUnsafeBufferPointer { encode($0, specials: specials) }
  }

  /// The bytes of all tokens, joined. Unused IDs give nothing.
  public func decode(_ ids: some Sequence<TokenID>) -> [UInt8] {
    var position = DecodingPosition()
    return ids.flatMap { bytes(of: $0, at: &position) }
  }

  /// The bytes of the token alone: for vocabularies whose tokens mean the same everywhere.
  public func bytes(of token: TokenID, at position: inout DecodingPosition) -> [UInt8] {
    bytes(of: token) ?? []
  }
}
