/// Byte-pair encoding as one would explain it: the slow twin of `PretokenEncoder`.
///
/// Pieces are byte arrays, each round looks at all of them, and every round can be printed:
///
/// ```
/// h·e·l·l·o
/// h·e·ll·o     l+l, rank 12
/// he·ll·o      h+e, rank 40
/// ```
struct ReferenceBPE {
  /// The rank of joining two byte strings.
  let ranks: [[[UInt8]]: Int32]
  /// The token of each byte string.
  let tokens: [[UInt8]: TokenID]
  /// Whether a pretoken that is a token as a whole becomes that token.
  let prefersWholePretokens: Bool

  init(tokens: [[UInt8]: TokenID], merges: [Merge], prefersWholePretokens: Bool) {
    self.tokens = tokens
    self.prefersWholePretokens = prefersWholePretokens
    var bytes: [TokenID: [UInt8]] = [:]
    for (string, token) in tokens { bytes[token] = string }
    var ranks: [[[UInt8]]: Int32] = [:]
    for merge in merges { ranks[[bytes[merge.left] ?? [], bytes[merge.right] ?? []]] = merge.rank }
    self.ranks = ranks
  }

  /// The pieces of one pretoken; `show` is called with the pieces before and after each merge.
  func pieces(of pretoken: [UInt8], show: ([[UInt8]]) -> Void = { _ in }) -> [[UInt8]] {
    if prefersWholePretokens, tokens[pretoken] != nil { return [pretoken] }
    var pieces = pretoken.map { [$0] }
    show(pieces)
    while let index = bestMerge(of: pieces) {
      pieces[index] += pieces[index + 1]
      pieces.remove(at: index + 1)
      show(pieces)
    }
    return pieces
  }

  /// The tokens of one pretoken.
  func encode(_ pretoken: [UInt8]) -> [TokenID] {
    pieces(of: pretoken).compactMap { tokens[$0] }
  }

  /// The leftmost of the pairs with the lowest rank.
  private func bestMerge(of pieces: [[UInt8]]) -> Int? {
    var best: (index: Int, rank: Int32)?
    for index in pieces.indices.dropLast() {
      guard let rank = ranks[[pieces[index], pieces[index + 1]]] else { continue }
      if best == nil || rank < best?.rank ?? .max { best = (index, rank) }
    }
    return best?.index
  }
}
