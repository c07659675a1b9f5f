import Orthography

/// The words of a corpus, cut into the tokens that they have so far.
///
/// Everything about a word lies at the offset of its bytes: `aksharas[i]` is the number of the
/// akshara that byte i belongs to, and the tokens fill the beginning of their word's range. A space
/// before a word counts to its first akshara.
struct WordPieces {
  private var tokens: [TokenID] = []
  private var aksharas: [UInt16] = []
  /// The bytes of word `i` are `starts[i]..<starts[i + 1]`.
  private var starts: [Int] = [0]
  private var tokenCounts: [Int32] = []

  /// Two tokens that stand side by side in a word.
  struct Place {
    /// The tokens.
    var pair: TokenPair
    /// Whether the two joined would begin or end inside an akshara, and hold more than a part of it.
    var tearsAkshara: Bool

    /// How much the place counts, in percent, if one that tears an akshara counts `torn`.
    func percent(torn: Int) -> Int { tearsAkshara ? torn : 100 }
  }

  /// Adds a word with the tokens that the old vocabulary gives it.
  mutating func append(_ word: [UInt8], tokens ids: [TokenID], segmenter: AksharaSegmenter) {
    var number: UInt16 = 0
    for range in segmenter.ranges(in: word) {
      // A word of more aksharas than this is no word; its tail counts as one akshara.
      let isSpace = range == 0..<1 && word[0] == UInt8(ascii: " ")
      aksharas.append(contentsOf: repeatElement(number, count: range.count))
      if !isSpace, number < .max { number += 1 }
    }
    tokens.append(contentsOf: ids)
    tokens.append(contentsOf: repeatElement(-1, count: word.count - ids.count))
    tokenCounts.append(Int32(ids.count))
    starts.append(tokens.count)
  }

  /// The number of words.
  var count: Int { tokenCounts.count }

  /// The number of tokens of a word.
  func tokenCount(of word: Int) -> Int { Int(tokenCounts[word]) }

  /// The pairs of a word, from left to right; `length` gives the bytes of a token.
  func forEachPlace(of word: Int, length: (TokenID) -> Int, _ body: (Place) -> Void) {
    let first = starts[word]
    var position = first
    for index in first..<first + max(0, tokenCount(of: word) - 1) {
      let left = length(tokens[index])
      body(
        place(
          tokens[index], tokens[index + 1], word: word,
          position..<position + left + length(tokens[index + 1])))
      position += left
    }
  }

  /// Joins `pair` wherever it stands in a word, from left to right, and tells which pairs are gone
  /// (−1), the joined ones among them, and which are new (+1).
  mutating func merge(
    _ pair: TokenPair, into result: TokenID, word: Int, length: (TokenID) -> Int,
    change: (Place, Int) -> Void
  ) {
    let first = starts[word]
    let end = first + tokenCount(of: word)
    let (leftLength, rightLength) = (length(pair.left), length(pair.right))
    var (read, write, position) = (first, first, first)
    while read < end {
      let token = tokens[read]
      guard read + 1 < end, token == pair.left, tokens[read + 1] == pair.right else {
        tokens[write] = token
        (read, write, position) = (read + 1, write + 1, position + length(token))
        continue
      }
      let joined = position..<position + leftLength + rightLength
      change(place(pair.left, pair.right, word: word, joined), -1)
      if write > first {
        let left = tokens[write - 1]
        let start = position - length(left)
        change(place(left, pair.left, word: word, start..<position + leftLength), -1)
        change(place(left, result, word: word, start..<joined.upperBound), 1)
      }
      if read + 2 < end {
        let right = tokens[read + 2]
        let limit = joined.upperBound + length(right)
        change(place(pair.right, right, word: word, position + leftLength..<limit), -1)
        change(place(result, right, word: word, position..<limit), 1)
      }
      tokens[write] = result
      (read, write, position) = (read + 2, write + 1, joined.upperBound)
    }
    tokenCounts[word] = Int32(write - first)
  }

  private func place(
    _ left: TokenID, _ right: TokenID, word: Int, _ bytes: Range<Int>
  ) -> Place {
    let (start, last) = (bytes.lowerBound, bytes.upperBound - 1)
    let beginsInside = start > starts[word] && aksharas[start] == aksharas[start - 1]
    let endsInside = last + 1 < starts[word + 1] && aksharas[last] == aksharas[last + 1]
    return Place(
      pair: TokenPair(left: left, right: right),
      tearsAkshara: (beginsInside || endsInside) && aksharas[start] != aksharas[last])
  }
}
