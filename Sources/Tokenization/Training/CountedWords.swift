/// Different words, each as the tokens it consists of now and how often it stands in the text.
///
/// What merges are learned from: bytes at first, or what an existing tokenizer makes of the words.
struct CountedWords: Sendable {
  private enum Content {
    /// All words one behind another, and where each ends.
    case tokens([TokenID], ends: [Int])
    /// The words of a table and the token of each byte: a quarter of the memory.
    case bytes(ByteStringTable, [TokenID])
  }

  private let content: Content
  /// How often each word stands in the text. Words that never do count for nothing.
  let counts: [Int]
  /// The number of tokens in all words.
  let tokenCount: Int

  /// The number of words.
  var count: Int { counts.count }

  /// The words of a table as single bytes.
  ///
  /// - Parameter byteTokens: the token of each byte.
  init(_ words: ByteStringTable, counts: [Int], byteTokens: [TokenID]) {
    content = .bytes(words, byteTokens)
    self.counts = counts
    tokenCount = words.byteCount
  }

  /// Words of given tokens.
  ///
  /// - Parameters:
  ///   - tokens: the tokens of all words, one word behind another.
  ///   - ends: where each word ends in `tokens`.
  init(tokens: [TokenID], ends: [Int], counts: [Int]) {
    content = .tokens(tokens, ends: ends)
    self.counts = counts
    tokenCount = tokens.count
  }

  /// Appends the tokens of a word to `output`.
  @inline(__always)
  func appendTokens(of word: Int, to output: inout FlatArray<TokenID>) {
    switch content {
    case .tokens(let tokens, let ends):
      for index in (word == 0 ? 0 : ends[word - 1])..<ends[word] { output.append(tokens[index]) }
    case .bytes(let table, let byteTokens):
      for byte in table[word] { output.append(byteTokens[Int(byte)]) }
    }
  }

  /// The tokens of a word.
  subscript(word: Int) -> [TokenID] {
    var tokens = FlatArray<TokenID>()
    appendTokens(of: word, to: &tokens)
    return (0..<tokens.count).map { tokens[$0] }
  }
}
