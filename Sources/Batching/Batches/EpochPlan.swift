internal import Artifacts

/// The batches of one epoch: a collection of lists of row numbers.
public struct EpochPlan: RandomAccessCollection, Sendable, Equatable {
  /// The epoch's number, counted from 0.
  public let number: Int
  /// Rows, or packs where `packing` is there.
  private let order: [Int32]
  private let ranges: [Range<Int>]
  private let packing: Packing?

  init(number: Int, order: [Int32], ranges: [Range<Int>], packing: Packing?) {
    self.number = number
    self.order = order
    self.ranges = ranges
    self.packing = packing
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// How many batches.
  public var endIndex: Int { ranges.count }
  /// The rows of batch `index`, by their number in the split; pack after pack where they are packed.
  public subscript(index: Int) -> [Int] { packs(index).flatMap { $0 } }

  /// The rows of batch `index`, pack by pack; each row is a pack of its own where they are not
  /// packed.
  public func packs(_ index: Int) -> [[Int]] { order[ranges[index]].map(rows) }

  private func rows(of unit: Int32) -> [Int] {
    packing?[Int(unit)].map(Int.init) ?? [Int(unit)]
  }

  /// The part of the epoch that one of several ranks takes.
  ///
  ///     9 batches of 2 rows on 4 ranks     rank 0   1   2   3
  ///     round 0                                 0   1   2   3     whole batches in turn
  ///     round 1                                 4   5   6   7
  ///     the rest: batch 8, rows a b             a   b   -   -     its rows are dealt out
  ///
  /// Every rank has as many batches as the others, and every row of the epoch stands in one batch of
  /// one rank. What does not fill a round is dealt out row by row (pack by pack), in turn, so in the
  /// last round a rank has fewer rows than the others, or none: such a batch adds nothing to the
  /// loss, but its rank goes along when gradients are added up.
  ///
  /// - Throws: `invalidOption` unless `0 <= rank < ranks`.
  public func share(ofRank rank: Int, of ranks: Int) throws -> [[Int]] {
    guard 0..<Swift.max(0, ranks) ~= rank else {
      throw AksharaError(
        .invalidOption, "there is no rank \(rank) of \(ranks)",
        remedy: "count ranks from 0, and give fewer than there are")
    }
    let rounds = ranges.count / ranks
    var batches = (0..<rounds).map { self[$0 * ranks + rank] }
    let rest = ranges[(rounds * ranks)...].flatMap { order[$0] }
    if !rest.isEmpty {
      batches.append(stride(from: rank, to: rest.count, by: ranks).flatMap { rows(of: rest[$0]) })
    }
    return batches
  }
}
