/// A string whose every byte knows where it comes from.
///
/// It is a list of pieces of unchanging sources: trimming, splitting, slicing and joining make no
/// copies of bytes. There is always one piece at least, so that an empty text keeps its origin too.
package struct Text: Sendable {
  /// The first piece; it alone may be empty.
  var head: TextPiece
  /// The others.
  var tail: [TextPiece]
  /// Whether it counts as markup (the filters `safe` and `escape`): `+` escapes what is added.
  var isMarkup = false

  init(_ piece: TextPiece) {
    head = piece
    tail = []
  }

  /// Bytes of one origin.
  package init(_ bytes: [UInt8], origin: Origin, line: Int? = nil) {
    self.init(TextPiece(TextSource(bytes, line: line), 0..<bytes.count, origin))
  }

  /// A string of one origin.
  package init(_ string: String, origin: Origin = .computed) {
    self.init(Array(string.utf8), origin: origin)
  }

  /// The empty text.
  static let empty = Text(TextPiece(.empty, 0..<0, .computed))

  /// The pieces in order.
  var pieces: [TextPiece] { [head] + tail }

  /// How many bytes it has.
  var count: Int { tail.reduce(head.count) { $0 + $1.count } }

  var isEmpty: Bool { head.count == 0 && tail.isEmpty }

  /// The bytes in a row; copied only where there are several pieces.
  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    if tail.isEmpty { return try head.withBytes(body) }
    return try bytes.withUnsafeBufferPointer(body)
  }

  /// The bytes.
  package var bytes: [UInt8] {
    var all: [UInt8] = []
    all.reserveCapacity(count)
    head.withBytes { all.append(contentsOf: $0) }
    for piece in tail { piece.withBytes { all.append(contentsOf: $0) } }
    return all
  }

  /// As a string, for messages and names.
  package var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }

  /// The bytes at `range`, with their origins.
  func slice(_ range: Range<Int>) -> Text {
    var text = sliceOfPieces(range)
    text.isMarkup = isMarkup
    return text
  }

  private func sliceOfPieces(_ range: Range<Int>) -> Text {
    if tail.isEmpty { return Text(head.slice(range)) }
    var builder = TextBuilder()
    var offset = 0
    for piece in pieces {
      let low = max(range.lowerBound - offset, 0)
      let high = min(range.upperBound - offset, piece.count)
      if low < high { builder.append(piece.slice(low..<high)) }
      if low == high, range.isEmpty, (0...piece.count).contains(low) {
        return Text(piece.slice(low..<low))
      }
      offset += piece.count
    }
    return builder.text
  }

  /// The piece that holds the byte at `offset`; the last one behind the end.
  func piece(at offset: Int) -> TextPiece {
    var rest = offset
    if rest < head.count || tail.isEmpty { return head }
    rest -= head.count
    for piece in tail {
      if rest < piece.count { return piece }
      rest -= piece.count
    }
    return tail[tail.count - 1]
  }
}

extension Text: Hashable {
  package static func == (left: Text, right: Text) -> Bool {
    guard left.count == right.count else { return false }
    return left.withBytes { left in right.withBytes { left.elementsEqual($0) } }
  }

  package func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Whether the code points of `left` come before those of `right`: the order of UTF-8's bytes.
  static func < (left: Text, right: Text) -> Bool {
    left.withBytes { left in right.withBytes { left.lexicographicallyPrecedes($0) } }
  }

  func equals(_ string: StaticString) -> Bool {
    guard count == string.utf8CodeUnitCount else { return false }
    let other = UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount)
    return withBytes { $0.elementsEqual(other) }
  }
}
