/// The decimal digits of each token ID with a space behind them, ready to be copied: eight bytes
/// each, since IDs have at most seven digits (`Vocabulary.largestID`).
final class NumberTexts: @unchecked Sendable {
  // Immutable after `init`, and owned: hence safe to share.
  private let texts: UnsafeMutablePointer<UInt64>
  private let lengths: UnsafeMutablePointer<UInt8>
  private let count: Int

  /// The texts of the IDs below `count`, at most 10^7.
  init(count: Int) {
    self.count = count
    texts = .allocate(capacity: count)
    lengths = .allocate(capacity: count)
    for id in 0..<count {
      // From the last character to the first, which comes to stand in the lowest byte.
      var (word, length) = (UInt64(UInt8(ascii: " ")), UInt8(1))
      var rest = id
      repeat {
        word = word << 8 | UInt64(UInt8(ascii: "0") + UInt8(rest % 10))
        length += 1
        rest /= 10
      } while rest > 0
      (texts + id).initialize(to: word.littleEndian)
      (lengths + id).initialize(to: length)
    }
  }

  deinit {
    texts.deallocate()
    lengths.deallocate()
  }

  /// Appends the IDs, separated by spaces, and a line feed.
  func append(_ ids: UnsafeBufferPointer<TokenID>, to output: inout ByteOutput) {
    guard !ids.isEmpty else { return output.append(UInt8(ascii: "\n")) }
    output.append(atMost: ids.count * 8) { memory in
      var position = 0
      for id in ids {
        precondition(id >= 0 && Int(id) < count, "a tokenizer gave an ID beyond its vocabulary")
        memory.storeBytes(of: texts[Int(id)], toByteOffset: position, as: UInt64.self)
        position += Int(lengths[Int(id)])
      }
      // The line feed takes the place of the last space.
      memory.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: position - 1, as: UInt8.self)
      return position
    }
  }
}
