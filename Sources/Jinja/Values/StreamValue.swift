/// A Python generator: what filters such as `map` and `select` give. It can be read once, has no
/// length and is true even when nothing is in it.
package final class StreamValue {
  private var elements: ArraySlice<Value>

  init(_ elements: [Value]) { self.elements = elements[...] }

  /// The next element.
  func next() -> Value? { elements.popFirst() }

  /// All that are left.
  func rest() -> [Value] {
    defer { elements = [] }
    return Array(elements)
  }
}
