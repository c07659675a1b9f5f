internal import CICU

/// A writing system, named by its ISO 15924 code such as `Knda`.
///
/// Source: UAX #24, with the tables of ICU.
public struct Script: Sendable, Hashable, CustomStringConvertible {
  /// The four letters of the code, packed big-endian.
  let packed: UInt32

  init(packed: UInt32) { self.packed = packed }

  /// The script with this code, written as in the standard (`Knda`); `nil` if Unicode has none.
  public init?(code: String) {
    let letters = Array(code.utf8)
    guard letters.count == 4 else { return nil }
    packed = letters.reduce(0) { $0 << 8 | UInt32($1) }
    guard cicu_script_is_known(packed) != 0 else { return nil }
  }

  /// The script of a scalar; punctuation, digits, dandas, ZWJ and ZWNJ are `common` or `inherited`.
  public init(of scalar: Unicode.Scalar) { packed = cicu_script(scalar.value) }

  /// Kannada.
  public static let kannada = Script(packed: 0x4B6E_6461)
  /// Telugu.
  public static let telugu = Script(packed: 0x5465_6C75)
  /// Latin.
  public static let latin = Script(packed: 0x4C61_746E)
  /// Devanagari.
  public static let devanagari = Script(packed: 0x4465_7661)
  /// Shared by scripts: digits, most punctuation, the dandas.
  public static let common = Script(packed: 0x5A79_7979)
  /// Taken from the character before: ZWJ, ZWNJ, combining accents.
  public static let inherited = Script(packed: 0x5A69_6E68)

  /// The code, such as `Knda`.
  public var code: String {
    String(
      decoding: (0..<4).map { UInt8(truncatingIfNeeded: packed >> (24 - 8 * $0)) }, as: UTF8.self)
  }

  /// The code.
  public var description: String { code }

  /// Whether characters of this script belong to no writing system of their own.
  public var isShared: Bool { self == .common || self == .inherited }

  /// Whether texts in this script use the scalar; U+0964 (danda) is used by Kannada and Telugu.
  public func uses(_ scalar: Unicode.Scalar) -> Bool { cicu_script_uses(packed, scalar.value) != 0 }
}
