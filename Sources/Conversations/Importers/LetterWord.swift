/// Eight bytes of a text in one number, the first in its lowest byte.
struct LetterWord {
  private let word: UInt64

  init(_ word: UInt64) { self.word = UInt64(littleEndian: word) }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Whether there is no control character, and each space stands alone; `false` also for some that
  /// are so.
  ///
  /// Source of the tests for bytes: Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte
  /// less than n" and "has a zero byte".
  func hasSingleSpaces(_ isAfterSpace: Bool) -> Bool {
    let controls = (word &- Self.ones &* 0x20) & ~word & Self.tops
    let differences = word ^ (Self.ones &* 0x20)
    let spaces = (differences &- Self.ones) & ~differences & Self.tops
    let isSecond = isAfterSpace && spaces & 0x80 != 0
    return controls == 0 && spaces & (spaces << 8) == 0 && !isSecond
  }

  /// A bit for each byte that is an ASCII letter, the lowest for the first.
  var letters: UInt64 {
    let small = (word | Self.ones &* 0x20) & ~Self.tops
    let fromA = small &+ Self.ones &* (0x80 - 0x61)
    let behindZ = small &+ Self.ones &* (0x80 - 0x7B)
    let found = fromA & ~behindZ & ~word & Self.tops
    // Each product of a top bit with one of the factor's bits has a place of its own.
    return ((found >> 7) &* 0x0102_0408_1020_4080) >> 56
  }
}
