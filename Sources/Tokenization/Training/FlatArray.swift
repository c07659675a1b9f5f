internal import CTextKernels
internal import Foundation

/// A growing array of plain values, for loops that run millions of times: the one place of the
/// trainer that touches memory by pointer. Debug builds check every index; release builds do not.
///
/// It has one owner, which alone reads and writes: so it may go from thread to thread.
struct FlatArray<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private var storage: UnsafeMutableBufferPointer<Element>
  /// The number of elements.
  private(set) var count: Int

  /// An array of `count` times `value`.
  init(repeating value: Element, count: Int) {
    storage = Self.memory(nil, capacity: max(count, 16))
    storage[..<count].update(repeating: value)
    self.count = count
  }

  /// An empty array with room for `capacity` elements.
  init(capacity: Int = 16) {
    storage = Self.memory(nil, capacity: max(capacity, 16))
    count = 0
  }

  deinit { free(storage.baseAddress) }

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

  /// Tells the processor that the element will be needed soon.
  @inline(__always)
  func prefetch(_ index: Int32) {
    assert(index >= 0 && index < count)
    ctext_prefetch(storage.baseAddress.map { $0 + Int(index) })
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
    storage = Self.memory(
      storage.baseAddress, capacity: max(least, storage.count + storage.count / 2))
  }

  /// Makes `old` larger. The C library moves large arrays by their pages' addresses alone, so
  /// growing costs neither a copy nor, for a moment, twice the memory.
  private static func memory(
    _ old: UnsafeMutablePointer<Element>?, capacity: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    let bytes = realloc(old, capacity * MemoryLayout<Element>.stride)
    return UnsafeMutableBufferPointer(
      start: bytes?.bindMemory(to: Element.self, capacity: capacity), count: capacity)
  }
}

extension FlatArray where Element == UInt8 {
  /// Adds bytes at the end.
  mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
    let start = count
    extend(by: bytes.count)
    withBytes(start, bytes.count) {
      UnsafeMutableRawBufferPointer(mutating: $0).copyMemory(from: bytes)
    }
  }

  /// Whether `bytes` stand at `start`.
  func equals(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
    withBytes(start, bytes.count) { own in
      guard let left = own.baseAddress, let right = bytes.baseAddress else { return bytes.isEmpty }
      return memcmp(left, right, bytes.count) == 0
    }
  }

  /// Gives `length` bytes from `start` on to `body`.
  func withBytes<Result>(
    _ start: Int, _ length: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    assert(start >= 0 && start + length <= count)
    return body(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[start..<start + length]))
  }
}
