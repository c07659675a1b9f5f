/// Decodes tokens as they come, and never emits half a character.
///
/// A Kannada letter has three bytes, and many vocabularies cut it: the bytes of an unfinished
/// character wait until the tokens that finish it have come. What comes out, joined, is
/// `String(decoding: tokenizer.decode(ids), as: UTF8.self)`.
public struct StreamDecoder: Sendable {
  private let tokenizer: any Tokenizer
  private var pending: [UInt8] = []
  private var position = DecodingPosition()

  /// A decoder that has seen nothing.
  public init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

  /// A decoder of what follows `ids`: a space that the first token of a text loses stays, unless only
  /// special tokens stand before it.
  public init(_ tokenizer: any Tokenizer, following ids: [TokenID]) {
    self.init(tokenizer)
    for id in ids where !tokenizer.isSpecial(id) { _ = tokenizer.bytes(of: id, at: &position) }
  }

  /// Takes the next token, and gives the characters that are finished with it. Bytes that can be
  /// part of no character give U+FFFD.
  public mutating func decode(_ token: TokenID) -> String {
    pending += tokenizer.bytes(of: token, at: &position)
    let finished = pending.count - Self.unfinishedCount(pending)
    defer { pending.removeFirst(finished) }
    return String(decoding: pending[..<finished], as: UTF8.self)
  }

  /// Gives what is left when no more tokens come: U+FFFD for an unfinished character, else nothing.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character without finishing it.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let tail = Array(bytes.suffix(count))
      guard tail[0] & 0xC0 != 0x80 else { continue }
      return beginsCharacter(tail) ? count : 0
    }
    return 0
  }

  /// Whether some continuation makes `tail`, which lacks at least one byte, a character.
  private static func beginsCharacter(_ tail: [UInt8]) -> Bool {
    // The smallest and the largest continuation bytes reach every restriction on the second byte.
    [UInt8(0x80), 0xBF].contains { filler in
      let whole = tail + [UInt8](repeating: filler, count: 4 - tail.count)
      return whole.withUnsafeBufferPointer { UTF8Character($0, at: 0).length > tail.count }
    }
  }
}
