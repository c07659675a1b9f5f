/// Different words, each as the tokens it consists of now and how often it stands in the text.
///
/// What merges are learned from: bytes at first, or what an existing tokenizer makes of the words.
struct CountedWords: Sendable {
  private enum Content {
    /// All words one behind another, and where each ends.
    case tokens([TokenID], ends: [Int])
    /// The same of bytes, and the token of each byte: a quarter of the memory.
    case bytes([UInt8], ends: [Int32], [TokenID])
  }

  private let content: Content
  /// How often each word stands in the text. Words that never do count for nothing.
  var counts: [Int]
  /// Which word of the text each one is, or a part of; empty if they are the words themselves, in
  /// the order of their table.
  private let origins: [Int32]
  /// The number of tokens in all words.
  let tokenCount: Int

  /// The number of words.
  var count: Int { counts.count }

  /// The words of a table as single bytes.
  ///
  /// - Parameters:
  ///   - words: at most 2 GiB − 1 of them.
  ///   - byteTokens: the token of each byte.
  init(_ words: borrowing WordCounts, byteTokens: [TokenID]) {
    var (bytes, ends, counts): ([UInt8], [Int32], [Int]) = ([], [], [])
    bytes.reserveCapacity(words.byteCount)
    ends.reserveCapacity(words.count)
    counts.reserveCapacity(words.count)
    words.forEach { word, count in
      bytes.append(contentsOf: word)
      ends.append(Int32(bytes.count))
      counts.append(count)
    }
    content = .bytes(bytes, ends: ends, byteTokens)
    self.counts = counts
    origins = []
    tokenCount = bytes.count
  }

  /// Words of given tokens.
  ///
  /// - Parameters:
  ///   - tokens: the tokens of all words, one word behind another.
  ///   - ends: where each word ends in `tokens`.
  ///   - origins: which word of the text each one is, or a part of.
  init(tokens: [TokenID], ends: [Int], counts: [Int], origins: [Int32] = []) {
    content = .tokens(tokens, ends: ends)
    self.counts = counts
    self.origins = origins
    tokenCount = tokens.count
  }

  /// The word of the text that a word is, or a part of.
  func origin(of word: Int) -> Int { origins.isEmpty ? word : Int(origins[word]) }

  /// The number of tokens in a word.
  func tokenCount(of word: Int) -> Int {
    switch content {
    case .tokens(_, let ends): ends[word] - (word == 0 ? 0 : ends[word - 1])
    case .bytes(_, let ends, _): Int(ends[word] - (word == 0 ? 0 : ends[word - 1]))
    }
  }

  /// Appends the tokens of a word to `output`.
  @inline(__always)
  func appendTokens(of word: Int, to output: inout FlatArray<TokenID>) {
    switch content {
    case .tokens(let tokens, let ends):
      for index in (word == 0 ? 0 : ends[word - 1])..<ends[word] { output.append(tokens[index]) }
    case .bytes(let bytes, let ends, let byteTokens):
      for index in (word == 0 ? 0 : Int(ends[word - 1]))..<Int(ends[word]) {
        output.append(byteTokens[Int(bytes[index])])
      }
    }
  }

  /// The tokens of a word.
  subscript(word: Int) -> [TokenID] {
    var tokens = FlatArray<TokenID>()
    appendTokens(of: word, to: &tokens)
    return (0..<tokens.count).map { tokens[$0] }
  }
}
