internal import Artifacts

/// Takes JSON Lines, hands each on, and keeps nothing.
final class LineSink: ByteSink {
  private let take: (JSONValue) throws -> Void
  private var line: [UInt8] = []
  private var isTooLong = false
  /// Longer lines are passed over.
  private static let longestLine = 1 << 22

  init(_ take: @escaping (JSONValue) throws -> Void) { self.take = take }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<end])
      if !isTooLong, !line.isEmpty { try take(try JSONValue(parsing: line)) }
      line.removeAll(keepingCapacity: true)
      isTooLong = false
      rest = rest[(end + 1)...]
    }
    append(rest)
  }

  func commit() throws -> Digest { Digest(of: []) }

  private func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
    isTooLong = isTooLong || line.count + bytes.count > Self.longestLine
    if !isTooLong { line.append(contentsOf: bytes) }
  }
}
