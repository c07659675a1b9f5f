/// How likely sequences of pairs of Latin letters and native units are.
///
/// A trie of 1- to 5-grams of pairs with log probabilities and back-off weights, both in whole steps,
/// so that sums are exact. `tools/train-transliteration` describes the file, and makes it.
struct PairModel: Sendable {
  /// One pair; either side can be empty.
  struct Pair {
    var latin: [UInt8]
    var native: [UInt8]
  }

  /// The sides of a pair.
  enum Side {
    case latin
    case native
  }

  /// The pairs; the first is the border of a word.
  let pairs: [Pair]
  /// Nats per step.
  let step: Float
  /// The context at the beginning of a word.
  let start: Int32
  /// The pairs that have these letters, or this unit, on one side.
  private let byLatin: [[UInt8]: [UInt16]]
  private let byNative: [[UInt8]: [UInt16]]

  private let firstChildren: [UInt32]
  private let symbols: [UInt16]
  private let costs: [UInt8]
  private let backoffs: [UInt8]
  /// For each context the longest shorter one that the model has.
  private let suffixes: [Int32]
  private let bonuses: WordBonusTable

  /// Reads a model.
  ///
  /// - Returns: `nil` for bytes that are no whole model.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = ModelReader(bytes)
    guard reader.magic("AKSTRAN1"), let tableLength = reader.word(), let pairCount = reader.word(),
      let nodeCount = reader.word(), let slots = reader.word(), let step = reader.float(),
      let table = reader.bytes(tableLength), let pairs = Self.pairs(table, count: pairCount),
      let first = reader.column(UInt32.self, nodeCount + 1),
      let symbols = reader.column(UInt16.self, nodeCount),
      let costs = reader.column(UInt8.self, nodeCount),
      let backoffs = reader.column(UInt8.self, nodeCount),
      let bonuses = WordBonusTable(&reader, slots: slots), reader.isAtEnd,
      Self.isTrie(first, symbols, pairs: pairCount)
    else { return nil }
    self.pairs = pairs
    self.step = step
    self.symbols = symbols
    self.costs = costs
    self.backoffs = backoffs
    self.bonuses = bonuses
    firstChildren = first
    byLatin = Self.index(pairs, \.latin)
    byNative = Self.index(pairs, \.native)
    suffixes = Self.suffixes(first, symbols)
    start = 1
  }

  /// The pairs whose `side` is `chunk`.
  func pairs(_ chunk: [UInt8], on side: Side) -> [UInt16] {
    (side == .latin ? byLatin[chunk] : byNative[chunk]) ?? []
  }

  /// What a word's frequency takes off its costs, in steps.
  func bonus(of word: [UInt8]) -> Int32 { bonuses.bonus(of: word) }

  /// The context behind `context` and `pair`, and the cost of `pair` there in steps; `nil` if that is more than
  /// `limit`.
  ///
  /// - Complexity: O(log n) for n pairs in a context, times at most 5 contexts.
  func advance(
    _ context: Int32, by pair: UInt16, limit: Int32 = .max
  ) -> (context: Int32, cost: Int32)? {
    var (node, total) = (context, Int32(0))
    while node != 0 {
      if let child = Self.child(of: node, pair, firstChildren, symbols) {
        return reach(child, total, limit)
      }
      total += Int32(backoffs[Int(node)])
      guard total <= limit else { return nil }
      node = suffixes[Int(node)]
    }
    // Every pair alone is a child of the root, in the order of the pairs.
    return reach(Int32(pair) + 1, total, limit)
  }

  private func reach(
    _ child: Int32, _ total: Int32, _ limit: Int32
  ) -> (context: Int32, cost: Int32)? {
    let cost = total + Int32(costs[Int(child)])
    return cost <= limit ? (Self.longest(child, firstChildren, suffixes), cost) : nil
  }

  /// The context behind `context` and `pair`.
  private static func context(
    behind context: Int32, _ pair: UInt16, _ first: [UInt32], _ symbols: [UInt16],
    _ suffixes: [Int32]
  ) -> Int32 {
    var node = context
    while node != 0 {
      if let child = child(of: node, pair, first, symbols) {
        return longest(child, first, suffixes)
      }
      node = suffixes[Int(node)]
    }
    return longest(Int32(pair) + 1, first, suffixes)
  }

  /// A context that nothing follows says no more than its suffix.
  private static func longest(_ node: Int32, _ first: [UInt32], _ suffixes: [Int32]) -> Int32 {
    var node = node
    while node != 0, first[Int(node)] == first[Int(node) + 1] { node = suffixes[Int(node)] }
    return node
  }

  private static func child(
    of node: Int32, _ pair: UInt16, _ first: [UInt32], _ symbols: [UInt16]
  ) -> Int32? {
    var (low, high) = (Int(first[Int(node)]), Int(first[Int(node) + 1]))
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle] < pair { low = middle + 1 } else { high = middle }
    }
    return low < Int(first[Int(node) + 1]) && symbols[low] == pair ? Int32(low) : nil
  }

  private static func suffixes(_ first: [UInt32], _ symbols: [UInt16]) -> [Int32] {
    var suffixes = [Int32](repeating: 0, count: symbols.count)
    // Breadth first: what is shorter is known. The children of the root fall back to the root.
    for node in symbols.indices.dropFirst() {
      for child in Int(first[node])..<Int(first[node + 1]) {
        suffixes[child] = context(
          behind: suffixes[node], symbols[child], first, symbols, suffixes)
      }
    }
    return suffixes
  }

  private static func index(
    _ pairs: [Pair], _ side: KeyPath<Pair, [UInt8]>
  ) -> [[UInt8]: [UInt16]] {
    Dictionary(grouping: pairs.indices.dropFirst().map(UInt16.init)) {
      pairs[Int($0)][keyPath: side]
    }
  }

  private static func pairs(_ table: UnsafeRawBufferPointer, count: Int) -> [Pair]? {
    var reader = ModelReader(table)
    var pairs: [Pair] = []
    // A pair takes at least two bytes.
    guard count > 0, count <= Int(UInt16.max), count * 2 <= table.count else { return nil }
    for _ in 0..<count {
      guard let latin = reader.counted(), let native = reader.counted() else { return nil }
      pairs.append(Pair(latin: latin, native: native))
    }
    return reader.isAtEnd ? pairs : nil
  }

  /// Whether children lie behind their parents, and the root has every pair.
  private static func isTrie(_ first: [UInt32], _ symbols: [UInt16], pairs: Int) -> Bool {
    guard symbols.count > pairs, first[0] == 1, first[1] == UInt32(pairs + 1),
      first.last == UInt32(symbols.count), symbols.allSatisfy({ Int($0) < pairs }),
      symbols[1...pairs].enumerated().allSatisfy({ $0.offset == Int($0.element) })
    else { return false }
    return first.indices.dropLast().allSatisfy { first[$0] <= first[$0 + 1] && first[$0] > $0 }
  }
}
