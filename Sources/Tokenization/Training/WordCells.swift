/// The words, most frequent first, each with one cell for every token that it had at first.
///
/// Merges do not move anything: a token that took `n` cells keeps them. Its first cell holds the
/// number of the pair that it makes with its right neighbour, or `lastOfWord`; its last cell, if it
/// has several, holds −`n`, so that the right neighbour finds its beginning.
///
/// ```
/// tokens      t  h  e          th     e          the
/// cells       0  1  end        7  −2  end        end  in  −3      (0: t+h, 1: h+e, 7: th+e)
/// ```
///
/// One 32-bit number a cell. How often a word stands in the text is not in the cells: words with
/// the same count stand together.
struct WordCells: ~Copyable {
  /// In the first cell of a word's last token.
  static let lastOfWord = Int32.min
  /// In a cell that once began a token and now lies inside one.
  private static let inside: Int32 = -1

  private var cells: FlatArray<Int32>
  /// For each token, how many cells it takes.
  private var lengths: FlatArray<Int32>
  /// Where a run of words with the same count ends, and that count; in order.
  private var runEnds = FlatArray<Int32>()
  private var runCounts = FlatArray<Int>()
  /// Which word of the text each word is, in the order of the cells.
  private var origins = FlatArray<Int32>()
  /// The run of every 64th cell: from there it is not far to a cell's run.
  private var landmarks: FlatArray<Int32>
  private static let landmarkShift: Int32 = 6

  /// The number of cells.
  var count: Int { cells.count }

  /// Cells for words; their pairs are added to `pairs` and counted.
  init(_ words: CountedWords, endID: Int, pairs: inout PairTable) {
    cells = FlatArray(capacity: words.tokenCount)
    lengths = FlatArray(repeating: 1, count: endID)
    landmarks = FlatArray(capacity: words.tokenCount >> Int(Self.landmarkShift) + 1)
    var numbers = PairNumbers()
    var tokens = FlatArray<TokenID>()
    for word in Self.mostFrequentFirst(words.counts) {
      let count = words.counts[Int(word)]
      tokens.removeAll()
      words.appendTokens(of: Int(word), to: &tokens)
      guard tokens.count > 1, count > 0 else { continue }
      append(tokens, count: count, numbers: &numbers, pairs: &pairs)
      origins.append(Int32(truncatingIfNeeded: words.origin(of: Int(word))))
    }
    var run: Int32 = 0
    var place: Int32 = 0
    while place < cells.count {
      while runEnds[run] <= place { run += 1 }
      landmarks.append(run)
      place += 1 << Self.landmarkShift
    }
  }

  private mutating func append(
    _ word: borrowing FlatArray<TokenID>, count: Int, numbers: inout PairNumbers,
    pairs: inout PairTable
  ) {
    for index in 0..<word.count - 1 {
      let pair = numbers.number(left: word[index], right: word[index + 1], pairs: &pairs)
      pairs[pair].count += count
      cells.append(pair)
    }
    cells.append(Self.lastOfWord)
    if runCounts.count == 0 || runCounts[runCounts.count - 1] != count {
      runCounts.append(count)
      runEnds.append(0)
    }
    runEnds[runEnds.count - 1] = Int32(cells.count)
  }

  /// The numbers of words, by falling counts. Nearly all counts are small: those are only put
  /// into boxes.
  private static func mostFrequentFirst(_ counts: [Int]) -> [Int32] {
    let limit = 1 << 12
    var starts = [Int](repeating: 0, count: limit + 1)
    for count in counts where count < limit { starts[limit - count] += 1 }
    let frequent = counts.indices.filter { counts[$0] >= limit }
      .sorted { counts[$0] > counts[$1] }
    var next = frequent.count
    for box in starts.indices {
      let size = starts[box]
      starts[box] = next
      next += size
    }
    var words = frequent.map { Int32($0) }
    words += repeatElement(0, count: counts.count - frequent.count)
    for (word, count) in counts.enumerated() where count < limit {
      words[starts[limit - count]] = Int32(word)
      starts[limit - count] += 1
    }
    return words
  }

  subscript(place: Int32) -> Int32 {
    @inline(__always) get { cells[place] }
    @inline(__always) nonmutating _modify { yield &cells[place] }
  }

  /// Where the token left of the one at `place` begins, if that is in the same word.
  @inline(__always)
  func previous(_ place: Int32) -> Int32? {
    guard place > 0 else { return nil }
    let last = cells[place - 1]
    if last == Self.lastOfWord { return nil }
    let start = last >= 0 ? place - 1 : place + last
    return cells[start] >= 0 ? start : nil
  }

  /// The cells of the two halves of a token.
  typealias Lengths = (left: Int32, right: Int32)

  /// Notes how many cells a new token takes.
  mutating func addLength(of result: TokenID, joining pair: PairTable.Pair) -> Lengths {
    let parts = (left: lengths[pair.left], right: lengths[pair.right])
    while lengths.count <= Int(result) { lengths.append(1) }
    lengths[result] = parts.left + parts.right
    return parts
  }

  /// Makes one token of the two at `place`; its first cell is left alone.
  @inline(__always)
  func join(at place: Int32, _ lengths: Lengths) {
    cells[place + lengths.left] = Self.inside
    let length = lengths.left + lengths.right
    cells[place + length - 1] = -length
  }

  /// Tells how often the words at rising places stand in the text.
  struct Weights {
    private var run: Int32 = 0
    private var end: Int32 = 0
    private var count = 0

    /// How often the word at `place` stands in the text.
    @inline(__always)
    mutating func count(at place: Int32, _ cells: borrowing WordCells) -> Int {
      if place >= end { seek(place, cells) }
      return count
    }

    private mutating func seek(_ place: Int32, _ cells: borrowing WordCells) {
      run = max(run, cells.landmarks[place >> landmarkShift])
      while cells.runEnds[run] <= place { run += 1 }
      end = cells.runEnds[run]
      count = cells.runCounts[Int(run)]
    }
  }

  /// For places that rise from the first cell on.
  var weights: Weights { Weights() }

  /// The words as they are now, most frequent first; those of one token are left out.
  func words(_ pairs: borrowing PairTable) -> CountedWords {
    var (tokens, ends, counts): ([TokenID], [Int], [Int]) = ([], [], [])
    var origins: [Int32] = []
    var weights = self.weights
    var place: Int32 = 0
    var word = 0
    while place < cells.count {
      let start = place
      defer { word += 1 }
      while cells[place] >= 0 {
        let pair = pairs[cells[place]]
        tokens.append(pair.left)
        place += lengths[pair.left]
        if cells[place] == Self.lastOfWord { tokens.append(pair.right) }
      }
      // The cell of a word's last token; what follows until the next word lies inside it.
      repeat {
        place += 1
      } while place < cells.count && cells[place] < 0
        && cells[place] != Self.lastOfWord
      guard tokens.count > (ends.last ?? 0) else { continue }
      ends.append(tokens.count)
      counts.append(weights.count(at: start, self))
      origins.append(self.origins[word])
    }
    return CountedWords(tokens: tokens, ends: ends, counts: counts, origins: origins)
  }
}
