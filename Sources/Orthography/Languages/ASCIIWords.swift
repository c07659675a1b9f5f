/// The words of a text of ASCII, as `LanguageWord` cuts them: runs of letters, an apostrophe between two
/// letters included.
enum ASCIIWords {
  /// Gives each word as the model wants it: small, between `^` and `$`.
  ///
  /// - Returns: how many words there are.
  static func forEach(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) -> Int {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 2) { marked in
      marked[0] = UInt8(ascii: "^")
      var count = 0
      var position = 0
      while position < text.count {
        var length = 1
        while position < text.count, isInside(text, position, length > 1) {
          let byte = text[position]
          marked[length] = isLetter(byte) ? byte | 0x20 : byte
          (length, position) = (length + 1, position + 1)
        }
        if length > 1 {
          marked[length] = UInt8(ascii: "$")
          body(UnsafeBufferPointer(rebasing: marked[...length]))
          count += 1
        }
        position += 1
      }
      return count
    }
  }

  /// Whether a place belongs to a word, which may have begun before it.
  private static func isInside(
    _ text: UnsafeBufferPointer<UInt8>, _ place: Int, _ hasBegun: Bool
  ) -> Bool {
    if isLetter(text[place]) { return true }
    return hasBegun && text[place] == UInt8(ascii: "'") && place + 1 < text.count
      && isLetter(text[place + 1])
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let small = byte | 0x20
    return small >= UInt8(ascii: "a") && small <= UInt8(ascii: "z")
  }
}
