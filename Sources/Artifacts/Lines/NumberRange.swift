/// Finds numbers that JSON allows and no machine number holds.
enum NumberRange {
  /// The first number outside of strings that is not finite as a 64-bit float or, written without
  /// fraction and exponent, needs more than 64 bits; at most 40 characters of it.
  static func firstOutside(in bytes: [UInt8]) -> String? {
    var found: String?
    forEachNumber(in: bytes) { text, _ in
      if isOutside(text) { found = text.count <= 40 ? text : text.prefix(39) + "…" }
      return found == nil
    }
    return found
  }

  /// The document with a fraction of 0 behind each whole number that needs more than 64 bits, which makes it a
  /// float; `nil` if there is none.
  static func rounding(_ bytes: [UInt8]) -> [UInt8]? {
    var rounded: [UInt8] = []
    var start = 0
    forEachNumber(in: bytes) { text, end in
      if isWhole(text), isOutside(text) {
        rounded += bytes[start..<end] + Array(".0".utf8)
        start = end
      }
      return true
    }
    return start == 0 ? nil : rounded + bytes[start...]
  }

  /// Gives each number outside of strings, and the index behind it, as long as `body` wants more.
  private static func forEachNumber(
    in bytes: [UInt8], _ body: (_ text: String, _ end: Int) -> Bool
  ) {
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): index = endOfString(from: index + 1, in: bytes)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        let end = bytes[index...].firstIndex { !isPart($0) } ?? bytes.endIndex
        guard body(String(decoding: bytes[index..<end], as: UTF8.self), end) else { return }
        index = end
      default: index += 1
      }
    }
  }

  /// The index behind the closing quotation mark.
  private static func endOfString(from start: Int, in bytes: [UInt8]) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return index + 1
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
  }

  private static func isOutside(_ text: String) -> Bool {
    guard let value = Double(text) else { return false }
    return !value.isFinite || (isWhole(text) && Int64(text) == nil && UInt64(text) == nil)
  }

  private static func isWhole(_ text: String) -> Bool {
    !text.utf8.contains { ".eE".utf8.contains($0) }
  }
}
