/// A growing array of plain values, for loops that run millions of times: the one place of the
/// trainer that touches memory by pointer. Debug builds check every index; release builds do not.
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  private var storage: UnsafeMutableBufferPointer<Element>
  /// The number of elements.
  private(set) var count: Int

  /// An array of `count` times `value`.
  init(repeating value: Element, count: Int) {
    storage = .allocate(capacity: max(count, 16))
    storage.update(repeating: value)
    self.count = count
  }

  /// An empty array with room for `capacity` elements.
  init(capacity: Int = 16) {
    storage = .allocate(capacity: max(capacity, 16))
    count = 0
  }

  deinit { storage.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      return storage[index]
    }
    @inline(__always) nonmutating _modify {
      assert(index >= 0 && index < count)
      yield &storage[index]
    }
  }

  /// The element at a 32-bit index.
  subscript(index: Int32) -> Element {
    @inline(__always) get { self[Int(index)] }
    @inline(__always) nonmutating _modify { yield &self[Int(index)] }
  }

  /// Adds an element at the end; amortized O(1).
  @inline(__always)
  mutating func append(_ element: Element) {
    if count == storage.count { grow(to: count + 1) }
    storage[count] = element
    count += 1
  }

  /// Adds `extra` elements at the end that hold anything.
  mutating func extend(by extra: Int) {
    if count + extra > storage.count { grow(to: count + extra) }
    count += extra
  }

  /// Takes all elements away; the memory stays.
  @inline(__always)
  mutating func removeAll() { count = 0 }

  /// Takes the last element away, if there is one.
  @inline(__always)
  mutating func popLast() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    return storage[count]
  }

  private mutating func grow(to least: Int) {
    let larger = UnsafeMutableBufferPointer<Element>.allocate(
      capacity: max(least, storage.count + storage.count / 2))
    if let source = storage.baseAddress { larger.baseAddress?.update(from: source, count: count) }
    storage.deallocate()
    storage = larger
  }
}
