/// Finds the texts of added tokens: the leftmost match, and of those that begin there the longest.
///
/// Under `asText` special tokens are looked for all the same and then let go as text, so that the
/// other added tokens inside such a text are not found, as in `tokenizers`
/// (`AddedVocabulary::find_matches`). So is a token that may only be a single word where it is not.
struct AddedTokenMatcher: Sendable, Equatable {
  /// A found token, with the bytes that it covers, the white space that it takes included.
  struct Match: Equatable {
    var token: AddedToken
    var range: Range<Int>
  }

  private let tokens: [AddedToken]
  /// The tokens' bytes, sorted; a prefix of the text narrows a range of them, byte by byte.
  private let texts: [[UInt8]]
  private let firstBytes: [Bool]
  private let hasOrdinaryTokens: Bool

  /// A matcher of tokens by their own texts.
  init(_ tokens: [AddedToken]) {
    self.init(tokens.map { ($0, Array($0.text.utf8)) })
  }

  /// A matcher of tokens by other texts, such as normalized ones; an empty one is never found.
  init(_ tokens: [(token: AddedToken, text: [UInt8])]) {
    let sorted =
      tokens.filter { !$0.text.isEmpty }
      .sorted { $0.text.lexicographicallyPrecedes($1.text) }
    self.tokens = sorted.map(\.token)
    texts = sorted.map(\.text)
    var firstBytes = [Bool](repeating: false, count: 256)
    for text in texts { firstBytes[Int(text[0])] = true }
    self.firstBytes = firstBytes
    hasOrdinaryTokens = self.tokens.contains { !$0.isSpecial }
  }

  /// Whether a search under `policy` could find anything.
  func isIdle(under policy: SpecialTokenPolicy) -> Bool {
    tokens.isEmpty || (policy == .asText && !hasOrdinaryTokens)
  }

  /// All matches in `bytes[range]`, which is looked at as if nothing stood around it.
  ///
  /// A token that takes the space behind it does not hide other tokens in that space; such a match
  /// begins before the one before it ends, as in `tokenizers`. A token that takes the space before it and
  /// lies in taken space as a whole has nothing left to cover, and is none.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, policy: SpecialTokenPolicy
  ) -> [Match] {
    var matches: [Match] = []
    if isIdle(under: policy) { return matches }
    let text = UnsafeBufferPointer(rebasing: bytes[range])
    var position = 0
    while let (index, found) = next(in: text, from: position) {
      position = found.upperBound
      let token = tokens[index]
      guard policy == .allow || !token.isSpecial, isAllowed(token, found, text) else { continue }
      let taken = grown(found, token, text, after: matches.last?.range.upperBound ?? 0)
      if !taken.isEmpty { matches.append(Match(token: token, range: taken)) }
    }
    guard range.lowerBound > 0 else { return matches }
    return matches.map {
      Match(
        token: $0.token,
        range: $0.range.lowerBound + range.lowerBound..<$0.range.upperBound + range.lowerBound)
    }
  }

  /// Whether a token that must be a single word is one here.
  private func isAllowed(
    _ token: AddedToken, _ found: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    !token.isSingleWord
      || !WordBorders.isWord(before: found.lowerBound, in: text)
        && !WordBorders.isWord(at: found.upperBound, in: text)
  }

  /// The match with the white space that the token takes; before `previousEnd` all is taken already.
  private func grown(
    _ found: Range<Int>, _ token: AddedToken, _ text: UnsafeBufferPointer<UInt8>,
    after previousEnd: Int
  ) -> Range<Int> {
    var (start, end) = (found.lowerBound, found.upperBound)
    if token.takesSpaceBefore {
      start = max(WordBorders.start(ofSpaceBefore: start, in: text), previousEnd)
    }
    if token.takesSpaceAfter { end = WordBorders.end(ofSpaceFrom: end, in: text) }
    return min(start, end)..<end
  }

  /// The first text at or after `start`.
  private func next(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (index: Int, range: Range<Int>)? {
    var position = start
    while position < bytes.count {
      if firstBytes[Int(bytes[position])], let index = longest(in: bytes, at: position) {
        return (index, position..<position + texts[index].count)
      }
      position += 1
    }
    return nil
  }

  /// Where the longest text that stands at `position` ends.
  func endOfLongest(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
    guard !texts.isEmpty, firstBytes[Int(bytes[position])] else { return nil }
    return longest(in: bytes, at: position).map { position + texts[$0].count }
  }

  /// The longest text that stands at `position`.
  private func longest(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
    var found: Int?
    var range = texts.indices
    var depth = 0
    while !range.isEmpty {
      // Sorted, the text that ends here stands first among those with this prefix.
      if texts[range.lowerBound].count == depth {
        found = range.lowerBound
        range = range.dropFirst()
      }
      guard position + depth < bytes.count else { break }
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
