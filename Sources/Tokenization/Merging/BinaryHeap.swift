/// A priority queue: the smallest element comes out first. Equal elements come in any order.
struct BinaryHeap<Element: Comparable> {
  private var elements: [Element]

  /// A queue of `elements`, in O(n).
  init(_ elements: [Element] = []) {
    self.elements = elements
    for index in stride(from: elements.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  /// The smallest element.
  var first: Element? { elements.first }

  /// Adds an element, in O(log n).
  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard element < elements[parent] else { break }
      elements[child] = elements[parent]
      child = parent
    }
    elements[child] = element
  }

  /// Takes the smallest element out, in O(log n).
  mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    elements[0] = last
    sink(0)
    return first
  }

  /// Moves the element at `index` down until none below it is smaller.
  private mutating func sink(_ index: Int) {
    let element = elements[index]
    var parent = index
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { break }
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < element else { break }
      elements[parent] = elements[child]
      parent = child
    }
    elements[parent] = element
  }
}
