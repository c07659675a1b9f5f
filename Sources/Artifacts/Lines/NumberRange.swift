/// Finds numbers that JSON allows and no machine number holds.
enum NumberRange {
  /// The first number outside of strings that is not finite as a 64-bit float or, written without
  /// fraction and exponent, needs more than 64 bits; at most 40 characters of it.
  static func firstOutside(in bytes: [UInt8]) -> String? {
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): index = endOfString(from: index + 1, in: bytes)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        let end = bytes[index...].firstIndex { !isPart($0) } ?? bytes.endIndex
        let text = String(decoding: bytes[index..<end], as: UTF8.self)
        if isOutside(text) { return text.count <= 40 ? text : text.prefix(39) + "…" }
        index = end
      default: index += 1
      }
    }
    return nil
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
    let isWhole = !text.utf8.contains { ".eE".utf8.contains($0) }
    return !value.isFinite || (isWhole && Int64(text) == nil && UInt64(text) == nil)
  }
}
