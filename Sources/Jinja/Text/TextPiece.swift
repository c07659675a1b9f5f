/// A stretch of bytes of one origin.
package struct TextPiece: Sendable {
  /// What the bytes lie in.
  package let source: TextSource
  /// Where they begin in it.
  package var start: Int32
  /// Where they end in it.
  package var end: Int32
  /// Where they come from.
  package var origin: Origin
  /// What the template was busy with when it took up these bytes; see `Focus`.
  package var taken: Int32
  /// What it was busy with when it wrote them into its output.
  package var written: Int32
  /// Whether it was written inside `{% generation %}`.
  package var isGenerated = false

  init(
    _ source: TextSource, _ range: Range<Int>, _ origin: Origin, taken: Int32 = Focus.nothing,
    written: Int32 = Focus.nothing
  ) {
    self.source = source
    start = Int32(range.lowerBound)
    end = Int32(range.upperBound)
    self.origin = origin
    self.taken = taken
    self.written = written
  }

  /// How many bytes it has.
  package var count: Int { Int(end - start) }

  /// The bytes.
  package func withBytes<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try source.bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[Int(start)..<Int(end)]))
    }
  }

  /// Bytes of this piece, counted from its beginning.
  func slice(_ range: Range<Int>) -> TextPiece {
    var piece = self
    piece.start = start + Int32(range.lowerBound)
    piece.end = start + Int32(range.upperBound)
    return piece
  }

  /// Other bytes that stand for this piece's.
  func replaced(by bytes: [UInt8]) -> TextPiece {
    var piece = TextPiece(
      TextSource(bytes, line: source.line), 0..<bytes.count, origin, taken: taken, written: written)
    piece.isGenerated = isGenerated
    return piece
  }

  /// Whether `next` goes on where this piece ends.
  func continues(with next: TextPiece) -> Bool {
    source === next.source && end == next.start && origin == next.origin && taken == next.taken
      && written == next.written && isGenerated == next.isGenerated
  }
}

/// What a template is busy with while it renders: the mark of an object that was given to it.
///
/// While a loop variable, a variable set in a loop or a macro's parameter is bound to a marked
/// object, everything written is noted with its mark. So a literal inside `{% for message in
/// messages %}` knows its message, also where the loop goes over a slice or in another order.
package enum Focus {
  /// No marked object.
  package static let nothing: Int32 = -1
}
