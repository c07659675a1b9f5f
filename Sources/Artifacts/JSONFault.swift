/// Finds what is wrong with a document that is no JSON, where the parser only says of what sort it is.
struct JSONFault {
  private let bytes: UnsafeRawBufferPointer
  private var index = 0

  /// What is wrong, with the first place of it; `nil` for faults of other kinds than these: half of a
  /// surrogate pair in a string, and a word such as `NaN` or `None` outside of one.
  static func explanation(of bytes: UnsafeRawBufferPointer) -> String? {
    var fault = JSONFault(bytes: bytes)
    return fault.find()
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func find() -> String? {
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\"") {
        index += 1
        if let fault = findInString() { return fault }
      } else if Self.isLetter(bytes[index]) {
        let word = word()
        if !["true", "false", "null"].contains(word) { return "`\(word)` is no value of JSON" }
        continue
      }
      // The letter of an exponent is none of a word.
      index += index < bytes.count && Self.isDigit(bytes[index]) ? lengthOfNumber : 1
    }
    return nil
  }

  /// Reads a string from behind its first quotation mark to its last one.
  private mutating func findInString() -> String? {
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      guard let unit = escape(at: index) else {
        index += 2
        continue
      }
      let isPair =
        (0xD800..<0xDC00).contains(unit)
        && escape(at: index + 6).map { (0xDC00..<0xE000).contains($0) } == true
      if (0xD800..<0xE000).contains(unit), !isPair {
        return "a string has half of a surrogate pair, `\\u\(String(unit, radix: 16))`"
      }
      index += isPair ? 12 : 6
    }
    return nil
  }

  /// The number of `\u0C95`, if it stands at a place.
  private func escape(at place: Int) -> UInt32? {
    guard place + 6 <= bytes.count, bytes[place] == UInt8(ascii: "\\"),
      bytes[place + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt32(String(decoding: bytes[place + 2..<place + 6], as: UTF8.self), radix: 16)
  }

  private static let longestWord = 20

  private mutating func word() -> String {
    let start = index
    while index < bytes.count, Self.isLetter(bytes[index]) { index += 1 }
    return String(decoding: bytes[start..<index].prefix(Self.longestWord), as: UTF8.self)
  }

  private var lengthOfNumber: Int {
    bytes[index...].prefix { Self.isDigit($0) || "+-.eE".utf8.contains($0) }.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
