internal import Artifacts
public import Conversations

/// Which rows of a shard set are looked at, in order.
public struct ShardSelection: Sequence, Sendable {
  private let ranges: [(split: Split, rows: Range<Int>)]

  /// Rows of one split or of all, at most `limit`; or one row alone.
  ///
  /// - Parameter row: counted from 0 in its split; without a split, in the first.
  /// - Throws: `invalidOption` if the split or the row is not there.
  public init(of set: ShardSet, split: Split?, row: Int?, limit: Int?) throws {
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
    var rest = limit ?? .max
    ranges = splits.map { split in
      let count = Swift.min(rest, set.rowCount(split))
      rest -= count
      return (split, 0..<count)
    }
  }

  /// The splits with the rows' numbers, in order.
  public func makeIterator() -> AnyIterator<(Split, Int)> {
    AnyIterator(
      ranges.lazy.flatMap { range in range.rows.lazy.map { (range.split, $0) } }.makeIterator())
  }
}
