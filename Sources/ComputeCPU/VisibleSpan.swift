/// The keys that a block of consecutive queries of one sequence may see.
///
///     ahead 1, rows 1..<3, window 3:     key     0  1  2  3
///                                        row 1   x  x  x            own key 2
///                                        row 2      x  x  x         own key 3
///                                        first = 0, end = 4
struct VisibleSpan {
  /// The first key that any of the queries sees.
  let first: Int
  /// One behind the last key that any of them sees.
  let end: Int
  /// The key of the first query itself.
  private let own: Int
  private let window: Int

  init(rows: Range<Int>, ahead: Int, window: Int?) {
    own = rows.lowerBound + ahead
    end = rows.upperBound + ahead
    self.window = window ?? Int.max
    first = window.map { max(0, rows.lowerBound + ahead + 1 - $0) } ?? 0
  }

  /// Of the keys `from ..< from + count`, those that query number `row` of the block sees, counted
  /// from `from`.
  func keys(ofRow row: Int, from: Int, count: Int) -> Range<Int> {
    let upper = min(max(own + row + 1 - from, 0), count)
    let lower = window == Int.max ? 0 : own + row + 1 - window - from
    return min(max(lower, 0), upper)..<upper
  }
}

extension SequenceBorders {
  /// The keys that queries `rows` see, with at most `window` for each.
  func span(of rows: Range<Int>, window: Int?) -> VisibleSpan {
    VisibleSpan(rows: rows, ahead: ahead, window: window)
  }
}
