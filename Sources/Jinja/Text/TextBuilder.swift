/// Puts pieces together.
struct TextBuilder {
  private var head: TextPiece?
  private var tail: [TextPiece] = []

  mutating func append(_ text: Text) {
    append(text.head)
    for piece in text.tail { append(piece) }
  }

  /// Appends a piece. Empty ones are kept only where something was given from outside: they say
  /// where it would stand.
  mutating func append(_ piece: TextPiece) {
    guard let last = tail.last ?? head else {
      head = piece
      return
    }
    if piece.count == 0 && !piece.origin.isGiven { return }
    if last.count == 0 && !last.origin.isGiven {
      replaceLast(piece)
    } else if last.continues(with: piece) {
      var longer = last
      longer.end = piece.end
      replaceLast(longer)
    } else {
      tail.append(piece)
    }
  }

  /// Appends bytes that `like` stands for.
  mutating func append(_ bytes: [UInt8], like piece: TextPiece) {
    append(piece.replaced(by: bytes))
  }

  mutating func append(_ string: String, origin: Origin) { append(Text(string, origin: origin)) }

  private mutating func replaceLast(_ piece: TextPiece) {
    if tail.isEmpty { head = piece } else { tail[tail.count - 1] = piece }
  }

  var isEmpty: Bool { head == nil }

  /// What was put together.
  var text: Text {
    guard let head else { return .empty }
    var text = Text(head)
    text.tail = tail
    return text
  }
}

extension Text {
  /// Both texts in a row.
  func appending(_ other: Text) -> Text {
    if other.isEmpty && !other.head.origin.isGiven { return self }
    var builder = TextBuilder()
    builder.append(self)
    builder.append(other)
    return builder.text
  }
}
