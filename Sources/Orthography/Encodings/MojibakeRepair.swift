/// Takes back a wrong decoding: text whose characters are the bytes of UTF-8.
///
/// ```
/// à²•à²¨à³à²¨à²¡  →  ಕನ್ನಡ
/// ```
///
/// Only sequences that are well-formed UTF-8 are taken back; other characters (a real é in a text
/// that is mixed) stay. Bytes that the wrong decoding lost (it wrote U+FFFD for those that it had
/// no character for) cannot be had back: such a character becomes U+FFFD, and is named as a fault.
struct MojibakeRepair: Sendable {
  /// The decoding that went wrong.
  enum Table: String, CaseIterable, Sendable {
    case windows1252 = "windows-1252"
    case latin1 = "ISO-8859-1"
    case macRoman = "macintosh"
  }

  let table: Table
  /// The byte of each character above ASCII.
  private let bytes: [UnicodeScalar: UInt8]

  static let all = Table.allCases.map(MojibakeRepair.init)

  init(_ table: Table) {
    self.table = table
    var bytes: [UnicodeScalar: UInt8] = [:]
    let high = Array(UInt8(0x80)...0xFF)
    var text: [UInt8] = []
    var faults = DecodingFaults()
    CharsetConverter(table.rawValue)?.decode(high[...], isLast: true, to: &text, &faults)
    for (byte, scalar) in zip(high, String(decoding: text, as: UTF8.self).unicodeScalars) {
      bytes[scalar] = byte
    }
    // Windows itself gives the five bytes without a character as controls.
    if table == .windows1252 {
      for byte in [0x81, 0x8D, 0x8F, 0x90, 0x9D] as [UInt8] { bytes[UnicodeScalar(byte)] = byte }
    }
    self.bytes = bytes
  }

  struct Result {
    var scalars: [UnicodeScalar] = []
    /// For each scalar of the result, the place in the input at which it began.
    var places: [Int] = []
    /// How many characters were taken back.
    var repaired = 0
    /// Of them, in the Kannada and Telugu blocks.
    var indic = 0
    /// Places of characters above ASCII that were left.
    var left: [Int] = []
    /// Places of characters of which a byte is lost.
    var lost: [Int] = []
  }

  func repair(_ scalars: [UnicodeScalar]) -> Result {
    var result = Result()
    var place = 0
    while place < scalars.count {
      let found = character(scalars, at: place)
      result.places.append(place)
      if let (scalar, length) = found {
        result.scalars.append(scalar)
        result.repaired += 1
        if (0xC00..<0xD00).contains(scalar.value) { result.indic += 1 }
        place += length
      } else if let length = damaged(scalars, at: place) {
        result.scalars.append("\u{FFFD}")
        result.lost.append(place)
        place += length
      } else {
        result.scalars.append(scalars[place])
        if !scalars[place].isASCII { result.left.append(place) }
        place += 1
      }
    }
    return result
  }

  /// How long a character is of which U+FFFD has taken a byte; `nil` where none begins here.
  private func damaged(_ scalars: [UnicodeScalar], at place: Int) -> Int? {
    guard !scalars[place].isASCII, let first = bytes[scalars[place]], (0xC2...0xF4).contains(first)
    else { return nil }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    let rest = scalars[place...].prefix(length).dropFirst()
    guard rest.count == length - 1, rest.contains("\u{FFFD}") else { return nil }
    let isTrail = rest.allSatisfy { $0 == "\u{FFFD}" || (0x80...0xBF).contains(bytes[$0] ?? 0) }
    return isTrail ? length : nil
  }

  /// The character that two to four characters are the bytes of.
  private func character(
    _ scalars: [UnicodeScalar], at place: Int
  ) -> (UnicodeScalar, length: Int)? {
    guard !scalars[place].isASCII, let first = bytes[scalars[place]], first >= 0xC2 else {
      return nil
    }
    let run = scalars[place...].prefix(4).map { bytes[$0] ?? 0 }
    return run.withUnsafeBufferPointer { run in
      guard let start = run.baseAddress else { return nil }
      let character = WellFormedCharacter(start, at: 0, length: run.count)
      guard character.isValid, character.length > 1 else { return nil }
      return UnicodeScalar(character.codePoint).map { ($0, character.length) }
    }
  }
}
