/// Finds the texts of added tokens: the leftmost match, and of those that begin there the longest.
///
/// Under `asText` special tokens are looked for all the same and then let go as text, so that the
/// other added tokens inside such a text are not found, as in `tokenizers`
/// (`AddedVocabulary::find_matches`).
struct AddedTokenMatcher: Sendable {
  /// A found token, with the bytes that it covers.
  struct Match: Equatable {
    var token: AddedToken
    var range: Range<Int>
  }

  private let tokens: [AddedToken]
  /// The tokens' bytes, sorted; a prefix of the text narrows a range of them, byte by byte.
  private let texts: [[UInt8]]
  private let firstBytes: [Bool]
  private let hasOrdinaryTokens: Bool

  init(_ tokens: [AddedToken]) {
    let sorted =
      tokens
      .map { (token: $0, bytes: Array($0.text.utf8)) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    self.tokens = sorted.map(\.token)
    texts = sorted.map(\.bytes)
    var firstBytes = [Bool](repeating: false, count: 256)
    for text in texts where !text.isEmpty { firstBytes[Int(text[0])] = true }
    self.firstBytes = firstBytes
    hasOrdinaryTokens = tokens.contains { !$0.isSpecial }
  }

  /// Whether a search under `policy` could find anything.
  func isIdle(under policy: SpecialTokenPolicy) -> Bool {
    tokens.isEmpty || (policy == .asText && !hasOrdinaryTokens)
  }

  /// The first match at or after `start`, before `end`.
  func next(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int,
    policy: SpecialTokenPolicy
  ) -> Match? {
    var position = start
    while position < end {
      guard firstBytes[Int(bytes[position])],
        let index = longest(in: bytes, at: position, to: end)
      else {
        position += 1
        continue
      }
      let range = position..<position + texts[index].count
      if policy == .allow || !tokens[index].isSpecial {
        return Match(token: tokens[index], range: range)
      }
      position = range.upperBound
    }
    return nil
  }

  /// The longest text that stands at `position`.
  private func longest(
    in bytes: UnsafeBufferPointer<UInt8>, at position: Int, to end: Int
  ) -> Int? {
    var found: Int?
    var range = texts.indices
    var depth = 0
    while !range.isEmpty {
      // Sorted, the text that ends here stands first among those with this prefix.
      if texts[range.lowerBound].count == depth {
        found = range.lowerBound
        range = range.dropFirst()
      }
      guard position + depth < end else { break }
      let byte = bytes[position + depth]
      let lower = partition(range) { texts[$0][depth] >= byte }
      let upper = partition(lower..<range.upperBound) { texts[$0][depth] > byte }
      range = lower..<upper
      depth += 1
    }
    return found
  }

  /// The first index of `range` for which `isPast` holds; before it, it holds for none.
  private func partition(_ range: Range<Int>, where isPast: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isPast(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
