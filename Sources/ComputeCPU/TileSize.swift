/// The size of tiles that work is cut into: a function of shapes alone, so that the same sums are made
/// in the same order by any number of threads.
enum TileSize {
  /// The multiple of 16, in `range`, that cuts `count` elements into about `tiles` equal parts.
  ///
  /// Some sixteen parts keep two to sixteen cores busy to the end; a lower bound keeps products large
  /// enough to be efficient.
  static func cutting(_ count: Int, into tiles: Int, within range: ClosedRange<Int>) -> Int {
    let size = (count + tiles * 16 - 1) / (tiles * 16) * 16
    return min(max(size, range.lowerBound), range.upperBound)
  }
}
