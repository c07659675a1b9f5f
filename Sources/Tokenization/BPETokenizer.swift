import Artifacts

/// Byte-level byte-pair encoding: bytes to tokens and back, without loss, for any bytes.
///
/// ```swift
/// let tokenizer = try BPETokenizer(contentsOf: "tokenizer.json")
/// let encoding = tokenizer.encode("ಕನ್ನಡ ಭಾಷೆ")
/// String(decoding: tokenizer.decode(encoding.ids), as: UTF8.self)  // "ಕನ್ನಡ ಭಾಷೆ"
/// ```
///
/// Added tokens are cut out first; what is between them is cut into pretokens by `pretokenizer`, and
/// each pretoken is encoded by merges. Immutable; safe to share between threads.
public final class BPETokenizer: Tokenizer {
  /// How text is cut into pretokens.
  public var pretokenizer: Pretokenizer { definition.pretokenizer }
  /// The added tokens, special ones and others, in the order of their file.
  public var addedTokens: [AddedToken] { definition.addedTokens }
  /// One more than the largest token ID, special tokens included.
  public let vocabularyCount: Int

  let definition: BPEDefinition
  let content: TokenizerContent
  private let model: BPEModel
  /// Added tokens that are looked for first, and those that are looked for in what is left.
  private let matchers: [AddedTokenMatcher]
  private let addedTokensByID: [TokenID: AddedToken]
  private let specialTokensByText: [[UInt8]: TokenID]

  /// A tokenizer as `definition` says.
  ///
  /// - Parameters:
  ///   - content: the `tokenizer.json` that it came from; `nil` if it came from elsewhere.
  ///   - location: the file that errors name.
  /// - Throws: `unsupported`, `malformed`.
  init(
    _ definition: BPEDefinition, content: [UInt8]? = nil, at location: SourceLocation? = nil
  ) throws {
    self.definition = definition
    model = try definition.makeModel(at: location)
    vocabularyCount = definition.endID
    self.content = TokenizerContent(content) { definition.tokenizerJSON }
    let tokens = definition.addedTokens
    matchers = [tokens.filter { !$0.isNormalized }, tokens.filter(\.isNormalized)]
      .filter { !$0.isEmpty }
      .map(AddedTokenMatcher.init)
    addedTokensByID = Dictionary(uniqueKeysWithValues: tokens.map { ($0.id, $0) })
    specialTokensByText = Dictionary(
      uniqueKeysWithValues: tokens.filter(\.isSpecial).map { (Array($0.text.utf8), $0.id) })
  }

  /// Encodes bytes, valid UTF-8 or not; a byte that is part of no UTF-8 sequence counts as a
  /// symbol when text is cut into pretokens.
  ///
  /// - Parameters:
  ///   - bytes: at most 2 GiB − 1, because offsets are 32 bits.
  ///   - specials: whether the texts of special tokens become those tokens: the leftmost, of those
  ///     that begin at the same byte the longest.
  /// - Complexity: O(n log n) in the longest pretoken, else O(n).
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy
  ) -> Encoding {
    var encoder = PretokenEncoder(model)
    let active = matchers.filter { !$0.isIdle(under: specials) }
    encode(bytes, 0..<bytes.count, matchers: active[...], specials: specials, into: &encoder)
    return encoder.encoding
  }

  /// Encodes `bytes[range]`: cuts out the added tokens of the first matcher, and leaves the rest
  /// to the others.
  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    matchers: ArraySlice<AddedTokenMatcher>, specials: SpecialTokenPolicy,
    into encoder: inout PretokenEncoder
  ) {
    guard let matcher = matchers.first else {
      return encodeText(bytes, range, into: &encoder)
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let match = matcher.next(in: bytes, from: start, to: range.upperBound, policy: specials)
      let text = start..<(match?.range.lowerBound ?? range.upperBound)
      encode(bytes, text, matchers: matchers.dropFirst(), specials: specials, into: &encoder)
      guard let match else { return }
      encoder.append(match.token.id, end: match.range.upperBound)
      start = match.range.upperBound
    }
  }

  /// Encodes text that holds no added tokens.
  private func encodeText(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into encoder: inout PretokenEncoder
  ) {
    var start = range.lowerBound
    PretokenScanner(UnsafeBufferPointer(rebasing: bytes[range]), pretokenizer).forEach {
      end, isPretoken in
      let end = range.lowerBound + end
      if isPretoken { encoder.encode(bytes, start..<end) }
      start = end
    }
  }

  /// The bytes that a token stands for; a special token gives its text. `nil` for an unused ID.
  public func bytes(of token: TokenID) -> [UInt8]? {
    if let added = addedTokensByID[token] { return Array(added.text.utf8) }
    return model.vocabulary.bytes(of: token).map(Array.init)
  }

  /// The ID of the special token with this text, compared byte by byte, if there is one.
  public func specialToken(_ text: String) -> TokenID? { specialTokensByText[Array(text.utf8)] }

  /// Whether this ID is a special token.
  public func isSpecial(_ token: TokenID) -> Bool { addedTokensByID[token]?.isSpecial ?? false }

  /// The digest of the tokenizer's `tokenizer.json`: of the file it was read from, or, for a
  /// trained one or one read from a rank file, of the file that `write(tokenizerJSON:)` writes.
  public var digest: String { content.digest.description }
}
