internal import Foundation

/// One line of a text.
public struct TextLine: Sendable, Equatable {
  /// The line's bytes, without its line feed and a carriage return before it.
  public var bytes: [UInt8]
  /// The line's number, counted from 1.
  public var number: Int
  /// Where the line begins, in bytes of the uncompressed text.
  public var offset: Int

  /// A line.
  public init(bytes: [UInt8], number: Int, offset: Int) {
    self.bytes = bytes
    self.number = number
    self.offset = offset
  }

  /// Whether it holds nothing but spaces and tabs.
  public var isBlank: Bool {
    bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }
}

/// Reads a text line by line, plain, gzip or zstd, in memory that is bounded by the longest line.
///
/// The last line may lack its line feed; a byte order mark at the very beginning is skipped.
/// Bytes are not checked: see `UTF8Check`.
public final class LineReader {
  /// The longest line that is taken by default: 64 MiB.
  public static let maximumLineLength = 64 << 20

  /// The path as it was given.
  public let path: String
  private let limit: Int
  private var window: ByteWindow
  private var lines = 0

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String, maximumLineLength: Int = LineReader.maximumLineLength) throws {
    self.path = path
    limit = maximumLineLength
    window = try ByteWindow(path)
  }

  /// The next line, or `nil` at the end.
  ///
  /// - Throws: `malformed` for a line longer than the limit or damaged compression, with its line;
  ///   `unreadable`.
  public func next() throws -> TextLine? {
    var searched = window.pending.lowerBound
    while true {
      let filled = window.pending.upperBound
      if let end = lineFeed(from: searched) {
        defer { window.take(upTo: end + 1) }
        return try line(upTo: end)
      }
      if window.isAtEnd {
        guard !window.pending.isEmpty else { return nil }
        defer { window.take(upTo: filled) }
        return try line(upTo: filled)
      }
      guard window.pending.count <= limit else { throw tooLong() }
      searched = filled - (try fill())
    }
  }

  private func lineFeed(from position: Int) -> Int? {
    window.bytes.withUnsafeBytes { bytes in
      let filled = window.pending.upperBound
      guard position < filled, let base = bytes.baseAddress,
        let found = memchr(base + position, Int32(UInt8(ascii: "\n")), filled - position)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func line(upTo end: Int) throws -> TextLine {
    lines += 1
    var start = window.pending.lowerBound
    if lines == 1 && window.bytes[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
    guard end - start <= limit else {
      lines -= 1
      throw tooLong()
    }
    let hasReturn = end > start && window.bytes[end - 1] == UInt8(ascii: "\r")
    return TextLine(
      bytes: Array(window.bytes[start..<(hasReturn ? end - 1 : end)]), number: lines,
      offset: window.offset + start)
  }

  /// Reads on.
  ///
  /// - Returns: by how much the bytes that are not taken moved.
  private func fill() throws -> Int {
    do {
      return try window.fill()
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path, line: lines + 1)
      throw error
    }
  }

  private func tooLong() -> AksharaError {
    Self.tooLong(limit: limit, at: SourceLocation(file: path, line: lines + 1))
  }

  /// The error of a line that is longer than `limit` bytes.
  static func tooLong(limit: Int, at location: SourceLocation) -> AksharaError {
    AksharaError(
      .malformed, "the line is longer than \(limit >> 20) MiB", at: location,
      remedy: "write one record a line, or cut the record into several")
  }
}
