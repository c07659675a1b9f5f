/// Python's `range`.
package struct RangeValue: Sendable, Equatable {
  let start: Int
  let stop: Int
  let step: Int

  /// The most elements that jinja2's sandbox allows.
  static let limit = 100_000

  /// How many elements it has.
  var count: Int {
    if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
    return start > stop ? (start - stop - 1) / -step + 1 : 0
  }

  /// The element at `index`, which must be there.
  func element(_ index: Int) -> Int { start + index * step }

  var elements: [Value] { (0..<count).map { .integer(element($0)) } }
}
