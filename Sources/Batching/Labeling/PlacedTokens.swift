internal import Tokenization

/// Tokens with the bytes that they cover. White space that a control token takes is covered by none.
///
///     text    <|user|>\nನಮಸ್ಕಾರ
///     tokens  └ 0 ────┘ └ 1 ──┘      the line feed is taken by token 0
struct PlacedTokens {
  /// The token IDs in order.
  var ids: [TokenID] = []
  /// The offset behind the last byte of each token.
  var ends: [Int32] = []
  /// How many bytes behind a token are taken by it; hardly any tokenizer has such tokens.
  private var taken: [Int: Int32] = [:]

  /// Lets the last token take bytes behind it.
  mutating func take(_ count: Int) {
    if count > 0 { taken[ids.count - 1] = Int32(count) }
  }

  /// Forgets all tokens, and keeps the memory.
  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    if !taken.isEmpty { taken = [:] }
  }

  /// Where a token begins.
  func start(of token: Int) -> Int32 {
    guard token > 0 else { return 0 }
    return ends[token - 1] + (taken.isEmpty ? 0 : taken[token - 1] ?? 0)
  }

  /// The bytes that a token covers.
  func range(of token: Int) -> Range<Int> { Int(start(of: token))..<Int(ends[token]) }
}
