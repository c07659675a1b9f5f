internal import Tokenization

/// The bytes of every token of a vocabulary as one word each, for whoever compares every token of a
/// set with the text that it stands for.
///
///     word   b0 b1 b2 b3 b4 b5 b6 │ n      n bytes, 1 to 7, the first in the lowest byte
///                                 │ 0      look closer: longer, a control token, empty, or none
///
/// Kannada under a vocabulary without Kannada words has tokens of one to three bytes, English of
/// five; a word is compared with eight bytes of text at once. Takes eight bytes a token.
struct TokenWords: Sendable {
  /// The most bytes that a word holds.
  private static let longest = 7

  private let words: [UInt64]
  private let table: TokenTable

  /// The words of a table's tokens.
  ///
  /// - Complexity: O(vocabulary).
  init(_ table: TokenTable) {
    self.table = table
    words = (0..<TokenID(table.count)).map { id in
      guard !table.isUnused(id), !table.isSpecial(id) else { return 0 }
      return table.withBytes(of: id) { bytes in
        guard bytes.count <= Self.longest else { return 0 }
        let text = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return UInt64(bytes.count) << 56 | text
      }
    }
  }

  /// Whether tokens stand in `text` one after another and fill `range` of it, none empty and none a
  /// control token that is not `allowed`.
  func fill(
    _ range: Range<Int>, of text: UnsafeRawBufferPointer, with tokens: UnsafeBufferPointer<TokenID>,
    allowed: [TokenID]
  ) -> Bool {
    words.withUnsafeBufferPointer { words in
      var place = range.lowerBound
      let lastWord = text.count - MemoryLayout<UInt64>.size
      for id in tokens {
        guard id >= 0, Int(id) < words.count else { return false }
        let word = words[Int(id)]
        let length = Int(word >> 56)
        if length > 0, place <= lastWord {
          let there = UInt64(
            littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          guard (there ^ word) << UInt64(64 - 8 * length) == 0 else { return false }
          place += length
        } else {
          guard let length = close(id, text, place, allowed) else { return false }
          place += length
        }
      }
      return place == range.upperBound
    }
  }

  /// The number of bytes of a token, if they stand in `text` at `start`.
  private func close(
    _ id: TokenID, _ text: UnsafeRawBufferPointer, _ start: Int, _ allowed: [TokenID]
  ) -> Int? {
    guard !table.isUnused(id), !table.isSpecial(id) || allowed.contains(id) else { return nil }
    return table.withBytes(of: id) { bytes in
      guard !bytes.isEmpty, bytes.count <= text.count - start else { return nil }
      for offset in bytes.indices where bytes[offset] != text[start + offset] { return nil }
      return bytes.count
    }
  }
}
