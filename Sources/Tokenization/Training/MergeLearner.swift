import Artifacts

/// Finds the merges: again and again the pair of adjacent tokens that stands most often in the
/// words becomes a token; of equally frequent ones, the pair with the smaller IDs.
///
/// The result is that of `ReferenceMergeLearner`, the readable twin. What makes this one fast:
///
/// - The words lie in one array of cells, which holds for each token the *pair* that it begins
///   (`WordCells`). So a merge finds its neighbours' counts, and sees whether a place that it was
///   told of still has the pair, without looking anything up by tokens.
/// - A pair never comes back: two tokens can only become neighbours when one of them is made. So
///   the places of a new pair are known at once, in rising order, and lie in one stretch of one
///   array (`PlaceLists`); no hash table is needed for pairs that arise in a merge.
/// - Rare pairs are never put in order (`PairQueue`), and places of pairs that are too rare for
///   now are not even noted: if their turn comes, one pass over the cells finds them.
///
/// Source: Sennrich et al. 2016, algorithm 1; the order of equally frequent pairs is that of
/// `tokenizers` 0.23 (`BpeTrainer`), with which the result agrees merge by merge.
struct MergeLearner: ~Copyable {
  /// The tokens so far.
  private(set) var vocabulary: Vocabulary
  /// The merges so far.
  private(set) var merges: [Merge] = []
  /// How often the pair of the last merge stood in the text.
  private(set) var lastCount = 0

  private var nextID: TokenID
  private let allows: ((TokenPair, [UInt8]) -> Bool)?
  private var forbidden: Set<[UInt8]> = []
  private var cells: WordCells
  private var pairs = PairTable()
  private var places = PlaceLists()
  private var queue = PairQueue()
  /// For the merge at hand: the number of the new pair that a token makes with the result, standing
  /// left or right of it; −1 if there is none.
  private var pairWithLeft: FlatArray<Int32>
  private var pairWithRight: FlatArray<Int32>
  /// For the merge at hand: the places of one block that have the pair.
  private var live = FlatArray<Int32>(repeating: 0, count: blockSize)
  private static let blockSize = 64

  /// A learner for `words`, whose tokens `vocabulary` holds.
  ///
  /// - Parameters:
  ///   - nextID: the ID of the first new token; `nil` for the first one behind the vocabulary.
  ///   - allows: whether a pair may become the token with these bytes; it must depend on the two
  ///     tokens alone.
  /// - Throws: `unsupported` if the words have 2^30 tokens or more.
  init(
    _ words: CountedWords, vocabulary: Vocabulary, nextID: TokenID? = nil,
    allows: ((TokenPair, [UInt8]) -> Bool)? = nil
  ) throws {
    guard words.tokenCount < 1 << 30 else {
      throw AksharaError(
        .unsupported,
        "the different words are \(words.tokenCount) tokens long; the most is 2^30",
        remedy: "train on less text, or set a limit to the length of words")
    }
    self.vocabulary = vocabulary
    self.nextID = max(nextID ?? 0, TokenID(vocabulary.endID))
    self.allows = allows
    let tokens = Vocabulary.largestID + 2
    pairWithLeft = FlatArray(repeating: -1, count: min(tokens, vocabulary.endID))
    pairWithRight = FlatArray(repeating: -1, count: min(tokens, vocabulary.endID))
    cells = WordCells(words, endID: Int(self.nextID), pairs: &pairs)
    for pair in 0..<Int32(pairs.count) { queue.insert(pair, in: pairs) }
  }

  /// Never makes a token that is spelled like one of these texts: in a `tokenizer.json` the two
  /// would be one.
  mutating func forbid(_ texts: [String]) {
    forbid(texts.compactMap(ByteAlphabet.bytes(spelledBy:)))
  }

  /// Never makes a token of one of these byte strings.
  mutating func forbid(_ tokens: [[UInt8]]) { forbidden = Set(tokens) }

  /// Learns merges until there are `untilCount` tokens, or no pair stands often enough.
  ///
  /// - Throws: `Vocabulary.Refusal` if the IDs run out.
  mutating func learn(untilCount: Int, minimumFrequency: Int) throws {
    let least = max(1, minimumFrequency)
    while vocabulary.count < untilCount, let pair = queue.pop(pairs) {
      guard pairs[pair].count >= least else {
        queue.insert(pair, in: pairs)
        break
      }
      guard let result = try token(joining: pairs[pair]) else { continue }
      lastCount = pairs[pair].count
      merges.append(
        Merge(
          left: pairs[pair].left, right: pairs[pair].right, result: result,
          rank: Int32(merges.count)))
      merge(pair, into: result)
    }
  }

  /// The words as they are now.
  var words: CountedWords { cells.words(pairs) }

  /// The token that a pair makes; `nil` if it must not be made, or stands in the vocabulary.
  private mutating func token(joining pair: PairTable.Pair) throws -> TokenID? {
    let bytes = [pair.left, pair.right].flatMap { vocabulary.bytes(of: $0) ?? [] }
    guard allows?(TokenPair(left: pair.left, right: pair.right), bytes) ?? true else { return nil }
    if forbidden.contains(bytes) || vocabulary.id(of: bytes) != nil { return nil }
    let id = nextID
    try vocabulary.add(bytes, id: id)
    nextID += 1
    return id
  }

  /// Joins a pair wherever it stands, from left to right.
  private mutating func merge(_ pair: Int32, into result: TokenID) {
    let firstNew = Int32(pairs.count)
    while pairWithLeft.count <= Int(result) {
      pairWithLeft.append(-1)
      pairWithRight.append(-1)
    }
    let lengths = cells.addLength(of: result, joining: pairs[pair])
    if !places.contains(pair) {
      places.gather(cells, pairs: pairs, below: pairs[pair].count)
    }
    var weight = cells.weights
    let range = places.range(of: pair)
    var start = range.lowerBound
    while start < range.upperBound {
      let block = start..<min(start + Self.blockSize, range.upperBound)
      let count = collect(pair, in: block)
      prefetchNeighbours(count, lengths.left)
      for index in 0..<count {
        let place = live[index]
        guard cells[place] == pair else { continue }  // joined with the one before, as in `aaa`
        let times = weight.count(at: place, cells)
        joinLeftNeighbour(place, to: result, times)
        joinRightNeighbour(place, lengths.left, to: result, times)
        cells.join(at: place, lengths)
      }
      start = block.upperBound
    }
    places.commit(from: firstNew, pairs: pairs)
    for new in firstNew..<Int32(pairs.count) {
      pairWithLeft[pairs[new].left] = -1
      pairWithRight[pairs[new].right] = -1
      queue.insert(new, in: pairs)
    }
  }

  /// Puts the places of a block that still have the pair into `live`. The loop does nothing else,
  /// so that the processor fetches many cells at once instead of waiting for each.
  ///
  /// - Returns: how many there are.
  @inline(__always)
  private func collect(_ pair: Int32, in block: Range<Int>) -> Int {
    var count = 0
    for index in block {
      let place = places[index]
      live[count] = place
      count += cells[place] == pair ? 1 : 0
    }
    return count
  }

  /// Asks for the pairs whose counts will fall when the places in `live` are joined: they lie all
  /// over the memory, and the processor can fetch them at the same time.
  @inline(__always)
  private func prefetchNeighbours(_ count: Int, _ leftLength: Int32) {
    for index in 0..<count {
      let place = live[index]
      let right = cells[place + leftLength]
      if right >= 0 { pairs.prefetch(right) }
      if let left = cells.previous(place) { pairs.prefetch(cells[left]) }
    }
  }

  /// The token left of `place`, if there is one, makes another pair from now on.
  @inline(__always)
  private mutating func joinLeftNeighbour(_ place: Int32, to result: TokenID, _ count: Int) {
    guard let left = cells.previous(place) else { return }
    let old = cells[left]
    pairs[old].count -= count
    let token = pairs[old].left
    var new = pairWithLeft[token]
    if new < 0 {
      new = pairs.add(left: token, right: result)
      pairWithLeft[token] = new
    }
    note(new, at: left, count)
  }

  /// The token right of the pair at `place`, if there is one, makes another pair from now on.
  @inline(__always)
  private mutating func joinRightNeighbour(
    _ place: Int32, _ leftLength: Int32, to result: TokenID, _ count: Int
  ) {
    let old = cells[place + leftLength]
    guard old >= 0 else {
      cells[place] = WordCells.lastOfWord
      return
    }
    pairs[old].count -= count
    let token = pairs[old].right
    var new = pairWithRight[token]
    if new < 0 {
      new = pairs.add(left: result, right: token)
      pairWithRight[token] = new
    }
    note(new, at: place, count)
  }

  @inline(__always)
  private mutating func note(_ pair: Int32, at place: Int32, _ count: Int) {
    pairs[pair].count += count
    cells[place] = pair
    places.note(pair, at: place)
  }
}
