internal import Artifacts
public import Conversations

/// Which rows of a shard set are looked at, in order.
public struct ShardSelection: Sequence, Sendable {
  private let ranges: [(split: Split, rows: Range<Int>)]
  /// The bytes of the ID that rows must have.
  private let id: [UInt8]?
  private let limit: Int
  private let set: ShardSet

  /// Rows of one split or of all, at most `limit`; or one row alone.
  ///
  /// - Parameters:
  ///   - row: counted from 0 in its split; without a split, in the first.
  ///   - id: only the rows of the conversation with this ID.
  /// - Throws: `invalidOption` if the split, the row or the conversation is not there.
  public init(
    of set: ShardSet, split: Split?, row: Int?, id: String? = nil, limit: Int?
  ) throws {
    self.set = set
    self.id = id.map { Array($0.utf8) }
    self.limit = limit ?? .max
    func refuse(_ problem: String, _ remedy: String) -> AksharaError {
      AksharaError(
        .invalidOption, problem, at: SourceLocation(file: set.path), remedy: remedy)
    }
    if let split, !set.splits.contains(split) {
      let known = set.splits.map(\.rawValue).joined(separator: ", ")
      throw refuse("the set has no split `\(split.rawValue)`", "it has: \(known)")
    }
    let splits = split.map { [$0] } ?? set.splits
    if let row, let first = splits.first {
      let count = set.rowCount(first)
      guard row >= 0 && row < count else {
        throw refuse(
          "the split `\(first.rawValue)` has no row \(row)", "its rows are 0 to \(count - 1)")
      }
      ranges = [(first, row..<row + 1)]
      return
    }
    ranges = splits.map { ($0, 0..<set.rowCount($0)) }
    if let id, makeIterator().next() == nil {
      throw refuse("the set has no conversation `\(id)`", "take an ID as `labels show` prints it")
    }
  }

  /// The splits with the rows' numbers, in order.
  public func makeIterator() -> AnyIterator<(Split, Int)> {
    let rows = ranges.lazy.flatMap { range in range.rows.lazy.map { (range.split, $0) } }
      .filter { split, row in
        guard let id else { return true }
        return set.shardRow(split, row).id.utf8.elementsEqual(id)
      }
    return AnyIterator(rows.prefix(limit).makeIterator())
  }
}
