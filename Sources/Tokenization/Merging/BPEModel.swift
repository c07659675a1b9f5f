/// What turns the bytes of one pretoken into tokens.
struct BPEModel: Sendable {
  /// The tokens.
  let vocabulary: Vocabulary
  /// The merges, by pair.
  let merges: MergeTable
  /// The token of each single byte. Every byte has one: nothing is unknown.
  let byteTokens: [TokenID]
  /// Whether a pretoken that is a token as a whole becomes that token, whatever the merges say
  /// (`ignore_merges`; always so in tiktoken).
  let prefersWholePretokens: Bool

  /// A model; `nil` if the vocabulary lacks a single byte.
  init?(vocabulary: Vocabulary, merges: [Merge], prefersWholePretokens: Bool) {
    var byteTokens: [TokenID] = []
    for byte in UInt8.min...UInt8.max {
      guard let token = vocabulary.id(of: [byte]) else { return nil }
      byteTokens.append(token)
    }
    self.vocabulary = vocabulary
    self.merges = MergeTable(merges)
    self.byteTokens = byteTokens
    self.prefersWholePretokens = prefersWholePretokens
  }
}
