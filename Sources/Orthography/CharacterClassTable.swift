internal import CICU

/// The class of every code point, one byte each (1.1 MB), filled from ICU at first use.
///
/// The Unicode version is ICU's (`unicodeVersion`); code points that it does not assign are
/// `other`. A peer with tables of another version differs on exactly the code points between.
public struct CharacterClassTable: @unchecked Sendable {
  // Written once in `init`, never freed: there is one table in the process.
  @usableFromInline let classes: UnsafePointer<UInt8>

  /// The table.
  public static let shared = CharacterClassTable()

  /// The Unicode version of the table, such as `15.0`.
  public static var unicodeVersion: String { ICUVersion.unicode }

  private init() {
    let count = Int(CICU_CODE_POINT_COUNT)
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    cicu_fill_general_categories(table)
    for codePoint in 0..<count {
      table[codePoint] = Self.classes(ofCategory: table[codePoint]).rawValue
    }
    // No code point above U+FFFF is white space.
    for codePoint in 0..<0x10000 where cicu_is_white_space(UInt32(codePoint)) != 0 {
      table[codePoint] = CharacterClass.space.rawValue
    }
    for newline in [0x0A, 0x0D] { table[newline] = CharacterClass.newline.rawValue }
    for joiner in [0x200C, 0x200D] { table[joiner] = CharacterClass.joiner.rawValue }
    classes = UnsafePointer(table)
  }

  /// ICU's `UCharCategory`: 1–5 are L, 6–8 are M, 9–11 are N.
  private static func classes(ofCategory category: UInt8) -> CharacterClass {
    switch category {
    case 1...5: .letter
    case 6...8: .mark
    case 9...11: .number
    default: .other
    }
  }

  /// The class of a code point; anything above U+10FFFF is `other`.
  @inlinable public subscript(codePoint: UInt32) -> CharacterClass {
    codePoint < 0x110000 ? CharacterClass(rawValue: classes[Int(codePoint)]) : .other
  }
}
