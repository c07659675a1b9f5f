/// Why bytes are no text in UTF-8, in words for the user.
public struct TextFault: Sendable, Equatable {
  /// Whether there is a zero byte, which no text has: the data are binary, or UTF-16.
  public let isBinary: Bool
  /// What was found, naming the byte.
  public let message: String
  /// How to mend it.
  public let remedy: String

  /// The first fault of a line or row; `nil` if it is text.
  ///
  /// - Parameter subject: what the bytes are called: `line` or `row`.
  public init?(in bytes: [UInt8], of subject: String) {
    if let offset = bytes.firstIndex(of: 0) {
      isBinary = true
      message = "byte \(offset + 1) of the \(subject) is 0: the data are binary, or UTF-16"
      remedy = "give text in UTF-8; `iconv -f UTF-16LE -t UTF-8` converts UTF-16"
    } else if let offset = UTF8Check.firstInvalidByte(in: bytes) {
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      isBinary = false
      message = "byte \(offset + 1) of the \(subject), 0x\(byte), is not UTF-8"
      remedy = "convert the file to UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
    } else {
      return nil
    }
  }
}

extension TextFault {
  /// The same as an error found in a file.
  func error(at location: SourceLocation) -> AksharaError {
    AksharaError(.malformed, message, at: location, remedy: remedy)
  }
}

/// Tells by its first bytes that a file is something else than text in UTF-8.
public enum TextHead {
  /// How many bytes are looked at, uncompressed.
  private static let length = 8192

  /// Refuses a Git LFS pointer, and text in UTF-16 or UTF-32 with a byte order mark.
  ///
  /// - Parameters:
  ///   - refusingBinary: whether a zero byte among the first 8 KiB is refused too.
  ///   - refusingWide: whether UTF-16 and UTF-32 are; `false` for XML, which says what it is in.
  /// - Throws: `malformed`, without a location; `missingFile`, `unreadable`.
  ///
  /// Source: the Git LFS specification, "The Pointer"; The Unicode Standard, table 2-4.
  public static func check(
    _ path: String, refusingBinary: Bool = false, refusingWide: Bool = true
  ) throws {
    let head = try ByteSource.head(of: path, length: length)
    if head.starts(with: Array("version https://git-lfs.github.com/spec/".utf8)) {
      throw AksharaError(
        .malformed, "the file is a Git LFS pointer, not the data", remedy: "run `git lfs pull`")
    }
    if refusingWide, let encoding = encoding(markedIn: head) {
      throw AksharaError(
        .malformed, "the text is in \(encoding), not in UTF-8",
        remedy: "convert it: `iconv -f \(encoding) -t UTF-8`")
    }
    if refusingBinary, head.contains(0) {
      throw AksharaError(
        .malformed, "the file is binary: it has zero bytes",
        remedy: "give text in UTF-8, or name the kind")
    }
  }

  /// UTF-32 comes first: its little-endian mark begins with that of UTF-16.
  private static func encoding(markedIn head: [UInt8]) -> String? {
    if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
      return "UTF-32"
    }
    return head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) ? "UTF-16" : nil
  }
}
