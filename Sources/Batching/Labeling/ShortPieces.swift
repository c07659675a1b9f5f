internal import Tokenization

/// The tokens of short pieces that templates write again and again, such as role names and the line
/// feeds behind them.
///
/// A piece of at most 16 bytes is its own key, as two words, and has one place; a new piece takes
/// the place of the one before.
struct ShortPieces {
  /// The longest piece that is kept.
  static let longest = 16

  private static let placeBits = 6
  private static let room = longest + 1

  private struct Entry {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// The piece's length; 0 for none.
    var length = 0
    var count = 0
  }

  private var entries = [Entry](repeating: Entry(), count: 1 << placeBits)
  private var ids = [TokenID](repeating: 0, count: room << placeBits)
  private var ends = [Int32](repeating: 0, count: room << placeBits)

  /// Appends the tokens of `piece`, with `offset` added to their ends, if they are known.
  func append(
    _ piece: UnsafeBufferPointer<UInt8>, offset: Int32, to tokens: inout [TokenID],
    _ tokenEnds: inout [Int32]
  ) -> Bool {
    guard piece.count <= Self.longest else { return false }
    let (low, high) = Self.words(piece)
    let place = Self.place(low, high)
    let entry = entries[place]
    guard entry.length == piece.count, entry.low == low, entry.high == high else { return false }
    for index in place * Self.room..<place * Self.room + entry.count {
      tokens.append(ids[index])
      tokenEnds.append(ends[index] + offset)
    }
    return true
  }

  /// Keeps the tokens of a piece that is not longer than `longest`.
  mutating func insert(
    _ piece: UnsafeBufferPointer<UInt8>, _ newIDs: UnsafeBufferPointer<TokenID>,
    _ newEnds: UnsafeBufferPointer<Int32>
  ) {
    guard newIDs.count <= Self.room else { return }
    let (low, high) = Self.words(piece)
    let place = Self.place(low, high)
    entries[place] = Entry(low: low, high: high, length: piece.count, count: newIDs.count)
    for index in 0..<newIDs.count {
      ids[place * Self.room + index] = newIDs[index]
      ends[place * Self.room + index] = newEnds[index]
    }
  }

  private static func words(_ piece: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
    var (low, high): (UInt64, UInt64) = (0, 0)
    for index in 0..<min(8, piece.count) { low |= UInt64(piece[index]) << UInt64(8 * index) }
    for index in min(8, piece.count)..<piece.count {
      high |= UInt64(piece[index]) << UInt64(8 * (index - 8))
    }
    return (low, high)
  }

  private static func place(_ low: UInt64, _ high: UInt64) -> Int {
    // Fibonacci hashing: the upper bits of a product with 2⁶⁴ / φ.
    Int(((low ^ (high &* 31)) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - placeBits))
  }
}
