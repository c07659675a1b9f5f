internal import Tokenization

/// The bytes of every token of a vocabulary in one block of memory, for whoever looks at every
/// token of a set: `Tokenizer.bytes(of:)` makes a new array each time.
///
/// It takes as much memory as the texts of the vocabulary and nine bytes a token.
final class TokenTable: Sendable {
  private let bytes: [UInt8]
  /// Where each token's bytes begin; one more than there are tokens.
  private let starts: [UInt32]
  private let isMissing: [Bool]
  private let special: [Bool]
  private let added: Set<TokenID>
  /// Those of them that take the white space behind them.
  private let takers: Set<TokenID>

  /// Whether the tokenizer puts a space before a text, as SentencePiece's dummy prefix does.
  let addsSpace: Bool
  /// Whether it takes U+2581, by which SentencePiece writes a space, for one.
  let takesBlockForSpace: Bool

  /// The tokens of a tokenizer.
  ///
  /// - Complexity: O(vocabulary).
  init(_ tokenizer: some Tokenizer) {
    var bytes: [UInt8] = []
    var starts: [UInt32] = []
    var isMissing: [Bool] = []
    var special: [Bool] = []
    for id in 0..<TokenID(tokenizer.vocabularyCount) {
      let own = tokenizer.bytes(of: id)
      starts.append(UInt32(bytes.count))
      isMissing.append(own == nil)
      special.append(tokenizer.isSpecial(id))
      bytes += own ?? []
    }
    starts.append(UInt32(bytes.count))
    (self.bytes, self.starts, self.isMissing, self.special) = (bytes, starts, isMissing, special)
    let first = tokenizer.encode("a").ids.first
    added = Set(tokenizer.addedTokenIDs)
    takers = added.filter(tokenizer.takesSpace)
    addsSpace = first.flatMap { tokenizer.bytes(of: $0)?.first } == UInt8(ascii: " ")
    let block = tokenizer.encode("a\u{2581}a").ids.flatMap { tokenizer.bytes(of: $0) ?? [] }
    takesBlockForSpace = block.suffix(3) == Array("a a".utf8)
  }

  /// One more than the largest token ID.
  var count: Int { isMissing.count }

  /// Whether the ID is one of the vocabulary.
  func contains(_ id: TokenID) -> Bool { isMissing.indices.contains(Int(id)) }

  /// Whether the ID, which must be one of the vocabulary, is a control token.
  func isSpecial(_ id: TokenID) -> Bool { special[Int(id)] }

  /// Whether the tokenizer finds the token, a control token or another, before it cuts what stands around it.
  func isAdded(_ id: TokenID) -> Bool { added.contains(id) }

  /// Whether there are tokens that take the white space behind them.
  var hasTakers: Bool { !takers.isEmpty }

  /// Whether the token takes the white space behind it.
  func takesSpace(_ id: TokenID) -> Bool { takers.contains(id) }

  /// Gives the bytes of a token of the vocabulary; nothing for an unused ID.
  func withBytes<Result>(
    of id: TokenID, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    let range = Int(starts[Int(id)])..<Int(starts[Int(id) + 1])
    return try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[range]))
    }
  }

  /// Whether an ID of the vocabulary names no token.
  func isUnused(_ id: TokenID) -> Bool { isMissing[Int(id)] }

  /// The bytes of tokens one after another; IDs outside of the vocabulary give nothing.
  func decode(_ ids: some Sequence<TokenID>) -> [UInt8] {
    var decoded: [UInt8] = []
    for id in ids where contains(id) { withBytes(of: id) { decoded += $0 } }
    return decoded
  }
}
