/// How bytes stand for text.
public enum TextEncoding: String, Sendable, CaseIterable {
  /// UTF-8, with or without a byte order mark. ASCII is UTF-8.
  case utf8 = "utf-8"
  /// UTF-16, the low byte first.
  case utf16LittleEndian = "utf-16le"
  /// UTF-16, the high byte first.
  case utf16BigEndian = "utf-16be"
  /// UTF-32, the low byte first.
  case utf32LittleEndian = "utf-32le"
  /// UTF-32, the high byte first.
  case utf32BigEndian = "utf-32be"
  /// Windows' Western European code page; ISO 8859-1 is a part of it.
  case windows1252 = "windows-1252"
  /// IS 13194:1991 (ISCII), Kannada unless the text switches the script itself.
  case isciiKannada = "iscii-kannada"
  /// IS 13194:1991 (ISCII), Telugu unless the text switches the script itself.
  case isciiTelugu = "iscii-telugu"
  /// UTF-8 whose characters are the bytes of other UTF-8, read once or twice as Windows-1252,
  /// ISO 8859-1 or Mac Roman: `à²•` instead of ಕ.
  case doubleEncoded = "double-encoded"
  /// Kannada in the glyph codes of Nudi's and Baraha's fonts, `PÀ£ÀßqÀ` instead of ಕನ್ನಡ: characters of
  /// Windows-1252, in a file of UTF-8 or Windows-1252.
  case nudi

  /// The encoding of this name; other usual spellings are known too. `nil` where there is none.
  public init?(name: String) {
    let plain = name.lowercased().replacing("_", with: "-")
    if let known = TextEncoding(rawValue: plain) {
      self = known
    } else if let other = Self.otherNames[plain] {
      self = other
    } else {
      return nil
    }
  }

  private static let otherNames: [String: TextEncoding] = [
    "utf8": .utf8, "utf-8-sig": .utf8, "ascii": .utf8, "us-ascii": .utf8,
    "utf-16-le": .utf16LittleEndian, "utf-16-be": .utf16BigEndian,
    "utf-32-le": .utf32LittleEndian, "utf-32-be": .utf32BigEndian, "cp1252": .windows1252,
    "iso-8859-1": .windows1252, "latin1": .windows1252, "latin-1": .windows1252,
    "baraha": .nudi, "mojibake": .doubleEncoded,
  ]

  /// ICU's name of the converter; `nil` for UTF-8 and what is read as it.
  var converterName: String? {
    switch self {
    case .utf8, .doubleEncoded, .nudi: nil
    case .utf16LittleEndian: "UTF-16LE"
    case .utf16BigEndian: "UTF-16BE"
    case .utf32LittleEndian: "UTF-32LE"
    case .utf32BigEndian: "UTF-32BE"
    case .windows1252: "windows-1252"
    case .isciiTelugu: "ISCII,version=6"
    case .isciiKannada: "ISCII,version=7"
    }
  }

  /// The byte order mark.
  var byteOrderMark: [UInt8] {
    switch self {
    case .utf16LittleEndian: [0xFF, 0xFE]
    case .utf16BigEndian: [0xFE, 0xFF]
    case .utf32LittleEndian: [0xFF, 0xFE, 0, 0]
    case .utf32BigEndian: [0, 0, 0xFE, 0xFF]
    case .utf8, .doubleEncoded, .nudi: [0xEF, 0xBB, 0xBF]
    default: []
    }
  }
}
