/// What a template wrote.
package struct Rendering: Sendable {
  /// The pieces in order; their bytes joined are the rendered text.
  package let pieces: [TextPiece]

  /// The rendered bytes.
  package var bytes: [UInt8] {
    var all: [UInt8] = []
    all.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { piece.withBytes { all.append(contentsOf: $0) } }
    return all
  }
}
