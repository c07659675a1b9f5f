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
  /// control token that is not one of a template `allowed` here, whose begin tokens are added to
  /// `begins`.
  func fill(
    _ range: Range<Int>, of text: UnsafeRawBufferPointer, with tokens: UnsafeBufferPointer<TokenID>,
    allowed: PlainRowCheck.Template?, _ begins: inout Int
  ) -> Bool {
    words.withUnsafeBufferPointer { words in
      guard let known = words.baseAddress else { return tokens.isEmpty && range.isEmpty }
      var (index, place) = (0, range.lowerBound)
      while index < tokens.count {
        guard
          let step = Self.follow(tokens, from: &index, text, &place, (known, UInt(words.count)))
        else { return false }
        guard step == .closer else { break }
        guard let length = close(tokens[index], text, place, allowed) else { return false }
        if tokens[index] == allowed?.begin { begins += 1 }
        (index, place) = (index + 1, place + length)
      }
      return place == range.upperBound
    }
  }

  /// Where a walk over tokens has come to.
  private enum Step {
    /// To a token that has to be looked at closer.
    case closer
    /// To the end.
    case end
  }

  /// Walks over tokens as long as each is a word and eight bytes of text can be read; `nil` if one is
  /// outside of the vocabulary, or one of them was not its text.
  ///
  /// What differs is collected rather than asked for at each token, so that a step waits for nothing but the
  /// length of the token before.
  @inline(__always)
  private static func follow(
    _ tokens: UnsafeBufferPointer<TokenID>, from index: inout Int,
    _ text: UnsafeRawBufferPointer, _ place: inout Int,
    _ words: (first: UnsafePointer<UInt64>, count: UInt)
  ) -> Step? {
    guard let ids = tokens.baseAddress, let bytes = text.baseAddress else { return .closer }
    let lastWord = text.count - MemoryLayout<UInt64>.size
    var (at, next) = (place, index)
    var difference: UInt64 = 0
    var step = Step.end
    while next < tokens.count {
      // A number below 0 becomes one that no vocabulary has.
      let id = UInt(UInt32(bitPattern: ids[next]))
      guard id < words.count else { return nil }
      let word = words.first[Int(id)]
      let length = word &>> 56
      guard length > 0, at <= lastWord else {
        step = .closer
        break
      }
      let there = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      difference |= (there ^ word) &<< (64 &- 8 &* length)
      at &+= Int(length)
      next &+= 1
    }
    (index, place) = (next, at)
    return difference == 0 ? step : nil
  }

  /// The number of bytes of a token, if they stand in `text` at `start`.
  private func close(
    _ id: TokenID, _ text: UnsafeRawBufferPointer, _ start: Int, _ allowed: PlainRowCheck.Template?
  ) -> Int? {
    guard !table.isUnused(id), !table.isSpecial(id) || allowed?.all.contains(id) ?? false
    else { return nil }
    return table.withBytes(of: id) { bytes in
      guard !bytes.isEmpty, bytes.count <= text.count - start else { return nil }
      for offset in bytes.indices where bytes[offset] != text[start + offset] { return nil }
      return bytes.count
    }
  }
}
