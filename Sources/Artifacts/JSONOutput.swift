internal import CJSON

/// A growing stretch of bytes for JSON that is written piece by piece: the same bytes as
/// `JSONValue.compact` gives, without a `JSONValue`.
///
/// Not safe to share between threads.
package final class JSONOutput {
  // No closure and no other object sees these while they are changed, so the check of exclusive
  // access, made at run time for every piece written, would find nothing.
  @exclusivity(unchecked) @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) @usableFromInline var capacity: Int
  @exclusivity(unchecked) @usableFromInline var length = 0

  /// What escaping can make of one byte, and what `cjson_escape` writes beyond the end.
  private static let mostEscaped = 6
  private static let slack = 16

  package init(capacity: Int) {
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Bytes written so far.
  @inlinable package var count: Int { length }

  /// What was written; valid until the next call.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: length) }

  /// Takes back what was written behind the first `count` bytes.
  package func truncate(to count: Int) { length = count }

  /// Appends bytes as they are.
  @inlinable package func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  /// Appends a text of the program as it is.
  @inlinable package func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends bytes as they are.
  @inlinable package func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (base + length).update(from: source, count: bytes.count)
    length += bytes.count
  }

  /// Appends what stands between the quotation marks of a JSON string.
  ///
  /// - Returns: whether the text has a `<` or a `[`, with which control tokens begin.
  @discardableResult
  package func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !text.isEmpty else { return false }
    reserve(text.count * Self.mostEscaped + Self.slack)
    var hasBracket: Int32 = 0
    length += cjson_escape(text.baseAddress, text.count, base + length, &hasBracket)
    return hasBracket != 0
  }

  /// Appends a number that is not negative.
  package func append(decimal number: Int) {
    reserve(20)
    let start = length
    var rest = number
    repeat {
      base[length] = UInt8(ascii: "0") + UInt8(rest % 10)
      length += 1
      rest /= 10
    } while rest > 0
    var digits = UnsafeMutableBufferPointer(start: base + start, count: length - start)[...]
    digits.reverse()
  }

  @inlinable func reserve(_ room: Int) {
    if length + room > capacity { grow(room) }
  }

  @usableFromInline func grow(_ room: Int) {
    capacity = max(capacity * 2, length + room)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: length)
    base.deallocate()
    base = larger
  }
}
