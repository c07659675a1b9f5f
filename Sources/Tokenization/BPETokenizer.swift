import Artifacts

/// Byte-pair encoding: bytes to tokens and back.
///
/// ```swift
/// let tokenizer = try BPETokenizer(contentsOf: "tokenizer.json")
/// let encoding = tokenizer.encode("ಕನ್ನಡ ಭಾಷೆ")
/// String(decoding: tokenizer.decode(encoding.ids), as: UTF8.self)  // "ಕನ್ನಡ ಭಾಷೆ"
/// ```
///
/// Added tokens are cut out first; what is between them is normalized and cut into pretokens, and
/// each pretoken is encoded by merges. A byte-level vocabulary without a normalizer loses nothing of
/// any bytes. Immutable; safe to share between threads.
public final class BPETokenizer: Tokenizer {
  /// How text is cut into pretokens, if nothing else happens to it between normalizer and merges.
  public var pretokenizer: Pretokenizer? { definition.pretokenization.pretokenizer }
  /// The added tokens, special ones and others, in the order of their file.
  public var addedTokens: [AddedToken] { definition.addedTokens }
  /// One more than the largest token ID, special tokens included.
  public let vocabularyCount: Int

  let definition: BPEDefinition
  let content: TokenizerContent
  private let segments: SegmentEncoder
  private let encoders: Encoders
  /// The added tokens that are looked for before the normalizer has run.
  private let matcher: AddedTokenMatcher
  /// Whether every token becomes the bytes that it has in the vocabulary.
  private let decodesToOwnBytes: Bool
  private let addedTokenDecoder: TokenDecoder
  private let addedTokensByID: [TokenID: AddedToken]
  private let specialTokensByText: [[UInt8]: TokenID]

  /// A tokenizer as `definition` says.
  ///
  /// - Parameters:
  ///   - content: the `tokenizer.json` that it came from; `nil` if it came from elsewhere.
  ///   - digest: that of `content`, if it is known.
  ///   - source: the file of another kind that it came from.
  ///   - location: the file that errors name.
  /// - Throws: `unsupported`, `malformed`.
  init(
    _ definition: BPEDefinition, content: [UInt8]? = nil, digest: Digest? = nil,
    source: [UInt8] = [], at location: SourceLocation? = nil
  ) throws {
    self.definition = definition
    let segments = SegmentEncoder(definition)
    self.segments = segments
    encoders = try Encoders(definition, segments, at: location)
    vocabularyCount = definition.endID
    addedTokenDecoder = definition.decoder.forAddedTokens
    decodesToOwnBytes = definition.characters == nil && definition.decoder == .byteLevel
    self.content = TokenizerContent(content, digest: digest, source: source) {
      try definition.tokenizerJSON(at: location)
    }
    let tokens = definition.addedTokens
    matcher = AddedTokenMatcher(tokens.filter { !$0.isNormalized })
    addedTokensByID = Dictionary(uniqueKeysWithValues: tokens.map { ($0.id, $0) })
    specialTokensByText = Dictionary(
      uniqueKeysWithValues: tokens.filter(\.isSpecial).map { (Array($0.text.utf8), $0.id) })
  }

  /// Encodes bytes, as `encode(_:specials:into:)` does, into new memory.
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy
  ) -> Encoding {
    let buffer = TokenBuffer(keepsEnds: true, capacity: bytes.count / 3)
    encode(bytes, specials: specials, into: buffer)
    return buffer.encoding
  }

  /// Appends the tokens of bytes, valid UTF-8 or not, to `buffer`; a byte that is part of no UTF-8
  /// sequence counts as a symbol when text is cut into pretokens.
  ///
  /// What a normalizer inserts (a dummy prefix) covers nothing; what it deletes belongs to the token
  /// behind it, at the end of the input to the last one.
  ///
  /// - Parameters:
  ///   - bytes: at most 2 GiB − 1, because offsets are 32 bits.
  ///   - specials: whether the texts of special tokens become those tokens: the leftmost, of those
  ///     that begin at the same byte the longest.
  ///   - buffer: its ends, where it keeps them, count from the beginning of `bytes`.
  /// - Complexity: O(n), or O(n log n) in the longest pretoken where the ranks of the vocabulary's
  ///   merges do not rise (`MergeChain`).
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy, into buffer: TokenBuffer
  ) {
    let first = buffer.count
    switch encoders {
    case .bytes(let pool):
      pool.withEncoder { encode(bytes, specials, by: $0, into: buffer) }
    case .characters(let pool):
      pool.withEncoder { encode(bytes, specials, by: $0, into: buffer) }
    }
    buffer.coverText(from: first, length: bytes.count, mayFall: segments.matchesOverlap)
  }

  /// Appends the tokens of each text of a batch; see `Tokenizer`. Texts that are encoded as they lie
  /// share the work that a call is, others are encoded one by one.
  public func encode(_ batch: TextBatch, into buffer: TokenBuffer, places: inout [Int32]) {
    guard case .bytes(let pool) = encoders, matcher.isIdle(under: .asText),
      segments.cutsOnly, !buffer.keepsEnds
    else { return encodeSingly(batch, into: buffer, places: &places) }
    pool.withEncoder { $0.encode(batch, into: buffer, places: &places) }
  }

  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ specials: SpecialTokenPolicy,
    by encoder: some PieceEncoder, into buffer: TokenBuffer
  ) {
    var start = 0
    for match in matcher.matches(in: bytes, 0..<bytes.count, policy: specials) {
      if start < match.range.lowerBound {
        segments.encode(bytes, start..<match.range.lowerBound, specials, by: encoder, into: buffer)
      }
      buffer.append(match.token.id, end: match.range.upperBound)
      start = match.range.upperBound
    }
    if start < bytes.count {
      segments.encode(bytes, start..<bytes.count, specials, by: encoder, into: buffer)
    }
  }

  /// Whether a pretoken ends at an offset: merges do not cross it. Known where nothing else is done to a
  /// text than to cut it into pretokens.
  public func cuts(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
    guard matcher.isIdle(under: .asText) else { return false }
    return segments.cuts(bytes, at: offset)
  }

  /// The tokens that the file puts before a text (`post_processor`; SentencePiece's `<s>`).
  public var leadingTokens: [TokenID] { definition.postProcessor?.before ?? [] }

  /// Appends the tokens of bytes as `encode(_:specials:into:)` does, with the tokens around them that
  /// the file puts around a text (`post_processor`), such as the one that begins it; those cover
  /// nothing. Where the file names none, none are added.
  public func encodeFramed(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy, into buffer: TokenBuffer
  ) {
    for token in definition.postProcessor?.before ?? [] { buffer.append(token, end: 0) }
    encode(bytes, specials: specials, into: buffer)
    for token in definition.postProcessor?.after ?? [] { buffer.append(token, end: bytes.count) }
  }

  /// The bytes that a token stands for in the middle of a text; a special token gives its text.
  /// `nil` for an unused ID.
  public func bytes(of token: TokenID) -> [UInt8]? {
    if let added = addedTokensByID[token] {
      return addedTokenDecoder.bytes(of: Array(added.text.utf8))
    }
    if decodesToOwnBytes { return definition.vocabulary.bytes(of: token).map(Array.init) }
    return spelling(of: token).map(definition.decoder.bytes)
  }

  /// The bytes that a token adds to a text that is decoded token by token.
  public func bytes(of token: TokenID, at position: inout DecodingPosition) -> [UInt8] {
    if decodesToOwnBytes { return bytes(of: token) ?? [] }
    if let added = addedTokensByID[token] {
      return addedTokenDecoder.bytes(of: Array(added.text.utf8), at: &position)
    }
    return spelling(of: token).map { definition.decoder.bytes(of: $0, at: &position) } ?? []
  }

  /// Whether `bytes(of:)` is what tokens add to a text from `position` on.
  func isSteady(at position: DecodingPosition) -> Bool {
    decodesToOwnBytes || definition.decoder.isSteady(at: position)
  }

  /// An ordinary token as the decoder takes it.
  private func spelling(of token: TokenID) -> [UInt8]? {
    guard let bytes = definition.vocabulary.bytes(of: token).map(Array.init) else { return nil }
    return definition.characters == nil ? Array(ByteAlphabet.text(spelling: bytes).utf8) : bytes
  }

  /// The ID of the special token with this text, compared byte by byte, if there is one.
  public func specialToken(_ text: String) -> TokenID? { specialTokensByText[Array(text.utf8)] }

  /// Whether this ID is a special token.
  public func isSpecial(_ token: TokenID) -> Bool { addedTokensByID[token]?.isSpecial ?? false }

  /// The tokens that its file adds to the vocabulary, rising.
  public var addedTokenIDs: [TokenID] { addedTokensByID.keys.sorted() }

  /// How many bytes of the text behind a control token belong to it, as its `rstrip` says.
  public func space(takenBy token: TokenID, from text: UnsafeBufferPointer<UInt8>) -> Int {
    guard let added = addedTokensByID[token], added.takesSpaceAfter else { return 0 }
    return WordBorders.end(ofSpaceFrom: 0, in: text)
  }

  /// Whether a control token has `lstrip` or `single_word`.
  public func hasConditions(_ token: TokenID) -> Bool {
    addedTokensByID[token].map { $0.takesSpaceBefore || $0.isSingleWord } ?? false
  }

  /// The digest of the tokenizer's `tokenizer.json`: of the file it was read from, or, for a
  /// trained one or one read from a file of another kind, of the file that `write(tokenizerJSON:)`
  /// writes. Where no `tokenizer.json` says the same, that of the source file.
  public var digest: String { content.digest.description }
}

/// What turns pretokens into tokens, lent to one thread at a time.
private enum Encoders: Sendable {
  /// For tokens that are bytes.
  case bytes(EncoderPool<PretokenEncoder>)
  /// For tokens that spell text.
  case characters(EncoderPool<CharacterEncoder>)

  init(
    _ definition: BPEDefinition, _ segments: SegmentEncoder, at location: SourceLocation?
  ) throws {
    let instructions = try TextInstructions.chosen()
    guard definition.characters == nil else {
      let model = try definition.makeCharacterModel(at: location)
      self = .characters(
        EncoderPool { CharacterEncoder(model, table: PieceTable(instructions)) })
      return
    }
    let model = try definition.makeModel(at: location)
    let pretokenizer = segments.direct
    let pool = EncoderPool {
      PretokenEncoder(model, pretokenizer, table: PieceTable(instructions))
    }
    if model.prefersWholePretokens { pool.prepare() }
    self = .bytes(pool)
  }
}
