internal import Conversations
internal import Foundation

/// The spans of all rows of a record batch where they lie in a rows file. Nothing of them is checked
/// before it is asked for.
///
/// Points into the file: to be used while its `ShardBatch` lives.
struct SpanTable {
  /// A span without the strings that it has in the file.
  struct Span {
    let kind: SegmentKind
    /// The number of its message; below 0 for none.
    let message: Int32
    let bytes: Range<Int>
    let tokens: Range<Int>
    let supervised: Bool
    let weight: Float
  }

  private typealias Row = ShardSchema.RowBuffer

  private let messages: UnsafeBufferPointer<Int32>
  private let byteStarts: UnsafeBufferPointer<Int32>
  private let byteEnds: UnsafeBufferPointer<Int32>
  private let tokenStarts: UnsafeBufferPointer<Int32>
  private let tokenEnds: UnsafeBufferPointer<Int32>
  private let weights: UnsafeBufferPointer<Float>
  private let rows: ArrowBatch

  /// The spans of a batch of a rows file.
  init(_ rows: ArrowBatch) {
    self.rows = rows
    messages = rows.int32(Row.message)
    byteStarts = rows.int32(Row.byteStart)
    byteEnds = rows.int32(Row.byteEnd)
    tokenStarts = rows.int32(Row.tokenStart)
    tokenEnds = rows.int32(Row.tokenEnd)
    weights = rows.float32(Row.weight)
  }

  /// The numbers of a row's spans.
  func range(ofRow row: Int) -> Range<Int> { rows.range(Row.spans, row) }

  /// A span; `nil` if its role or kind is unknown, or a range cannot be.
  subscript(index: Int) -> Span? {
    guard Self.isRole(rows.bytes(Row.role, index)),
      let kind = Self.kind(rows.bytes(Row.kind, index)),
      let bytes = Self.range(byteStarts[index], byteEnds[index]),
      let tokens = Self.range(tokenStarts[index], tokenEnds[index])
    else { return nil }
    return Span(
      kind: kind, message: messages[index], bytes: bytes, tokens: tokens,
      supervised: rows.bool(Row.supervised, index), weight: weights[index])
  }

  private static func range(_ start: Int32, _ end: Int32) -> Range<Int>? {
    start >= 0 && start <= end ? Int(start)..<Int(end) : nil
  }

  // MARK: Names

  /// The role that is spelled so, or none. Its length and first letter tell a role from all others.
  private static func isRole(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return true }
    switch (name.count, first) {
    case (9, _): return name.spells("assistant")
    case (6, _): return name.spells("system")
    case (4, UInt8(ascii: "u")): return name.spells("user")
    default: return name.spells("tool")
    }
  }

  /// The kind that is spelled so.
  private static func kind(_ name: UnsafeRawBufferPointer) -> SegmentKind? {
    let kind: SegmentKind
    let spelling: StaticString
    switch (name.count, name.first) {
    case (5, _): (kind, spelling) = (.begin, "begin")
    case (6, _): (kind, spelling) = (.header, "header")
    case (7, _): (kind, spelling) = (.content, "content")
    case (8, _): (kind, spelling) = (.thinking, "thinking")
    case (9, UInt8(ascii: "t")): (kind, spelling) = (.toolCall, "tool_call")
    case (11, _): (kind, spelling) = (.endOfTurn, "end_of_turn")
    default: (kind, spelling) = (.separator, "separator")
    }
    return name.spells(spelling) ? kind : nil
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are those of `text`.
  func spells(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
    return memcmp(baseAddress, text.utf8Start, count) == 0
  }

  /// Whether these bytes are `bytes`.
  func equals(_ bytes: [UInt8]) -> Bool {
    guard count == bytes.count else { return false }
    guard let baseAddress else { return true }
    return bytes.withUnsafeBytes { other in
      other.baseAddress.map { memcmp(baseAddress, $0, count) == 0 } ?? true
    }
  }
}
