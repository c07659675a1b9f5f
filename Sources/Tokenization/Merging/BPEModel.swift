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
  /// Whether the merges turn a token's bytes into that one token, by ID. Nearly always so, but a
  /// vocabulary can hold tokens that its merges never make.
  private var isWhole: [Bool]

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
    isWhole = []
    if !prefersWholePretokens { isWhole = selfMadeTokens() }
  }

  /// The token that `pretoken` becomes as a whole, if it is clear without merging that it does.
  func wholeToken(_ pretoken: UnsafeBufferPointer<UInt8>) -> TokenID? {
    guard let token = vocabulary.id(of: pretoken) else { return nil }
    return prefersWholePretokens || isWhole[Int(token)] ? token : nil
  }

  /// Encodes each token's bytes by merges, and notes which give the token itself.
  private func selfMadeTokens() -> [Bool] {
    let scan = MergeScan(self)
    var isWhole = [Bool](repeating: false, count: vocabulary.endID)
    for id in vocabulary.sortedIDs {
      vocabulary.bytes(of: id)?.withUnsafeBufferPointer { bytes in
        guard bytes.count <= MergeScan.capacity else { return }
        scan.encode(bytes) { token, _ in if token == id { isWhole[Int(id)] = true } }
      }
    }
    return isWhole
  }
}
