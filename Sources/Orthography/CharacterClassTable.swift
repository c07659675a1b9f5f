internal import CICU

/// The class of every code point, one byte each (1.1 MB), filled from ICU at first use.
///
/// The Unicode version is ICU's (`unicodeVersion`); code points that it does not assign are
/// `other`. A peer with tables of another version differs on exactly the code points between.
public struct CharacterClassTable: @unchecked Sendable {
  // Written once in `init`, never freed: there is one table in the process.
  // Each code point has the number of its class's bit.
  @usableFromInline let bits: UnsafePointer<UInt8>

  /// The table.
  public static let shared = CharacterClassTable()

  /// The Unicode version of the table, such as `15.0`.
  public static var unicodeVersion: String { ICUVersion.unicode }

  private init() {
    let count = Int(CICU_CODE_POINT_COUNT)
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    cicu_fill_general_categories(table)
    for codePoint in 0..<count {
      table[codePoint] = Self.bit(of: Self.characterClass(ofCategory: table[codePoint]))
    }
    // No code point above U+FFFF is white space.
    for codePoint in 0..<0x10000 where cicu_is_white_space(UInt32(codePoint)) != 0 {
      table[codePoint] = Self.bit(of: .space)
    }
    for newline in [0x0A, 0x0D] { table[newline] = Self.bit(of: .newline) }
    for joiner in [0x200C, 0x200D] { table[joiner] = Self.bit(of: .joiner) }
    bits = UnsafePointer(table)
  }

  /// The number of the bit that stands for one class.
  private static func bit(of characterClass: CharacterClass) -> UInt8 {
    UInt8(characterClass.rawValue.trailingZeroBitCount)
  }

  /// ICU's `UCharCategory`: 1 Lu, 2 Ll, 3 Lt, 4 Lm, 5 Lo, 6–8 M, 9–11 N, 19–23 and 28–29 P,
  /// 24–27 S.
  private static func characterClass(ofCategory category: UInt8) -> CharacterClass {
    switch category {
    case 1, 3: .capital
    case 2: .small
    case 4, 5: .caseless
    case 6...8: .mark
    case 9...11: .number
    case 19...29: .punctuation
    default: .other
    }
  }

  /// The class of a code point; anything above U+10FFFF is `other`.
  @inlinable public subscript(codePoint: UInt32) -> CharacterClass {
    codePoint < 0x110000 ? CharacterClass(rawValue: 1 << UInt16(bits[Int(codePoint)])) : .other
  }

  /// The class that all code points of a range below U+110000 have; `nil` if they differ.
  ///
  /// - Complexity: O(n), some ten code points a nanosecond.
  public func commonClass(of codePoints: Range<UInt32>) -> CharacterClass? {
    guard let first = codePoints.first, codePoints.upperBound <= 0x110000 else { return nil }
    let start = bits + Int(first)
    var difference: UInt8 = 0
    for index in 1..<max(1, codePoints.count) { difference |= start[index] ^ start[0] }
    return difference == 0 ? self[first] : nil
  }
}
