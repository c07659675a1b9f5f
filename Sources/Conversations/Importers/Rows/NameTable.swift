internal import Foundation

/// Names that come again and again in one order, such as the columns of rows, with what each stands
/// for.
///
/// A name that follows the one before it as it did the last time is found with one comparison.
///
/// ```
/// instruction, context, response   numbers 0, 1, 2
/// instruction, context, …          found at the first look, row after row
/// ```
///
/// Not safe to share between threads.
final class NameTable<Value> {
  /// The most names; their numbers fit into the bits of a set.
  private static var capacity: Int { 64 }
  /// The longest name, in bytes.
  private static var longest: Int { 64 }

  private let meaning: (UnsafeBufferPointer<UInt8>) -> Value
  private let bytes: UnsafeMutablePointer<UInt8>
  private let lengths: UnsafeMutablePointer<Int>
  private let values: UnsafeMutablePointer<Value>
  // One thread at a time, and no closure that keeps them.
  @exclusivity(unchecked) private var last = -1
  @exclusivity(unchecked) private(set) var count = 0

  /// A table without names.
  ///
  /// - Parameter meaning: what a name stands for; asked once for each.
  init(meaning: @escaping (UnsafeBufferPointer<UInt8>) -> Value) {
    self.meaning = meaning
    bytes = .allocate(capacity: Self.capacity * Self.longest)
    lengths = .allocate(capacity: Self.capacity)
    values = .allocate(capacity: Self.capacity)
  }

  deinit {
    values.deinitialize(count: count)
    values.deallocate()
    lengths.deallocate()
    bytes.deallocate()
  }

  /// The number and meaning of a name; `nil` for a new one if there is no room for it.
  func find(_ name: UnsafeBufferPointer<UInt8>) -> (number: Int, value: Value)? {
    let next = last + 1 < count ? last + 1 : 0
    if next < count, isName(next, name) {
      last = next
    } else if let number = (0..<count).first(where: { isName($0, name) }) {
      last = number
    } else {
      guard add(name) else { return nil }
      last = count - 1
    }
    return (last, values[last])
  }

  /// The name that has a number.
  func name(_ number: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes + number * Self.longest, count: lengths[number])
  }

  private func isName(_ number: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard lengths[number] == name.count else { return false }
    guard let start = name.baseAddress else { return true }
    return memcmp(bytes + number * Self.longest, start, name.count) == 0
  }

  private func add(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count < Self.capacity, name.count <= Self.longest else { return false }
    if let start = name.baseAddress {
      (bytes + count * Self.longest).update(from: start, count: name.count)
    }
    lengths[count] = name.count
    (values + count).initialize(to: meaning(name))
    count += 1
    return true
  }
}
