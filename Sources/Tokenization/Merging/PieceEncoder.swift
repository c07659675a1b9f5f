/// Encodes the pieces of a text one after another.
protocol PieceEncoder: AnyObject {
  /// Whether pieces come with bytes spelled as characters where the pretokenizer spells bytes.
  static var takesSpelledBytes: Bool { get }

  /// Appends the tokens of a piece that is not empty to `buffer`.
  func encode(_ piece: AlignedText, into buffer: TokenBuffer)

  /// Appends the tokens of a part of the input, which lies at `offset` in it and is cut there.
  func encode(_ text: UnsafeBufferPointer<UInt8>, offset: Int, into buffer: TokenBuffer)
}

extension PretokenEncoder: PieceEncoder {
  static var takesSpelledBytes: Bool { false }
}

extension CharacterEncoder: PieceEncoder {
  static var takesSpelledBytes: Bool { true }

  func encode(_ text: UnsafeBufferPointer<UInt8>, offset: Int, into buffer: TokenBuffer) {
    encode(AlignedText(text, 0..<text.count), into: buffer)
  }
}
