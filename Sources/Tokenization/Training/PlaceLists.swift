/// The cells at which each frequent pair stands, or has stood, in rising order.
///
/// The lists lie one behind another in one array. While a merge goes on, the places of the pairs
/// that it makes come mixed; then they are sorted into lists by counting. Pairs that stand less
/// often than `least` have no list. When the most frequent pair is one of them, all lists are made
/// anew for a lower `least`; that also clears away the lists of pairs that are gone.
struct PlaceLists: ~Copyable {
  /// A part of `places`. Fewer than 2^30 cells are listed at once, and each of fewer than 2^30
  /// merges in them adds two places at most, so 32 bits are enough.
  private struct Stretch: BitwiseCopyable {
    static let none = UInt32.max
    /// `none` for a pair without a list.
    var start = none
    var count: UInt32 = 0
  }

  private struct Note: BitwiseCopyable {
    var pair: Int32
    var place: Int32
  }

  private var places = FlatArray<Int32>()
  private var stretches = FlatArray<Stretch>()
  private var notes = FlatArray<Note>()
  private var least = Int.max

  /// A place by its index in `range(of:)`.
  subscript(index: Int) -> Int32 {
    @inline(__always) get { places[index] }
  }

  /// Where the places of a pair are.
  func range(of pair: Int32) -> Range<Int> {
    let stretch = stretches[pair]
    return Int(stretch.start)..<Int(stretch.start + stretch.count)
  }

  /// By how much `least` falls below the most frequent pair's count when lists are made anew:
  /// half a dozen passes in a training, and each lists few pairs that are never merged.
  private static let fall = 64

  /// Whether a pair has a list.
  func contains(_ pair: Int32) -> Bool {
    stretches.count > pair && stretches[pair].start != Stretch.none
  }

  /// Makes all lists anew.
  ///
  /// - Parameter count: how often the most frequent pair stands in the text.
  mutating func gather(_ cells: borrowing WordCells, pairs: borrowing PairTable, below count: Int) {
    least = count / Self.fall
    places.removeAll()
    stretches = FlatArray(repeating: Stretch(), count: pairs.count)
    let end = Int32(cells.count)
    for place in 0..<end where cells[place] >= 0 { stretches[cells[place]].count += 1 }
    allot(from: 0, pairs)
    for place in 0..<end where cells[place] >= 0 { put(place, cells[place]) }
  }

  /// Notes where a new pair stands.
  @inline(__always)
  mutating func note(_ pair: Int32, at place: Int32) {
    while stretches.count <= Int(pair) { stretches.append(Stretch()) }
    stretches[pair].count += 1
    notes.append(Note(pair: pair, place: place))
  }

  /// Makes the lists of the pairs from `first` on.
  mutating func commit(from first: Int32, pairs: borrowing PairTable) {
    allot(from: first, pairs)
    for index in 0..<notes.count {
      let note = notes[index]
      put(note.place, note.pair)
    }
    notes.removeAll()
  }

  /// Gives each frequent pair from `first` on an empty stretch with room for its places.
  private mutating func allot(from first: Int32, _ pairs: borrowing PairTable) {
    for pair in first..<Int32(pairs.count) {
      let size = Int(stretches[pair].count)
      stretches[pair].count = 0
      guard pairs[pair].count >= least else { continue }
      stretches[pair].start = UInt32(truncatingIfNeeded: places.count)
      places.extend(by: size)
    }
  }

  @inline(__always)
  private func put(_ place: Int32, _ pair: Int32) {
    let stretch = stretches[pair]
    guard stretch.start != Stretch.none else { return }
    places[Int(stretch.start + stretch.count)] = place
    stretches[pair].count += 1
  }
}
