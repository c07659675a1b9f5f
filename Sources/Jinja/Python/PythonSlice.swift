/// The bounds of a slice, as Python reads them.
///
/// Source: Python 3, `PySlice_AdjustIndices`.
struct PythonSlice {
  var start: Int?
  var stop: Int?
  var step = 1

  /// The elements it names in a sequence of `count`, if its step is 1.
  func range(count: Int) -> Range<Int> {
    let (first, end) = bounds(count)
    return first..<max(first, end)
  }

  /// The indices of the elements it names in a sequence of `count`.
  func indices(count: Int) -> [Int] {
    let (first, end) = bounds(count)
    return Array(stride(from: first, to: end, by: step))
  }

  private func bounds(_ count: Int) -> (Int, Int) {
    let (lower, upper) = step > 0 ? (0, count) : (-1, count - 1)
    func bound(_ index: Int?, _ absent: Int) -> Int {
      guard let index else { return absent }
      return min(max(index < 0 ? index + count : index, lower), upper)
    }
    return (bound(start, step > 0 ? lower : upper), bound(stop, step > 0 ? upper : lower))
  }
}
