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
  private let source: ByteSource
  private let limit: Int
  private var buffer: [UInt8]
  private var filled = 0
  private var start = 0
  private var bufferOffset = 0
  private var lines = 0
  private var ended = false

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String, maximumLineLength: Int = LineReader.maximumLineLength) throws {
    self.path = path
    limit = maximumLineLength
    source = try ByteSource(path)
    buffer = [UInt8](repeating: 0, count: 1 << 18)
  }

  /// The next line, or `nil` at the end.
  ///
  /// - Throws: `malformed` for a line longer than the limit or damaged compression, with its line;
  ///   `unreadable`.
  public func next() throws -> TextLine? {
    var searched = start
    while true {
      if let end = lineFeed(from: searched) {
        defer { start = end + 1 }
        return try line(upTo: end)
      }
      searched = filled
      if ended {
        guard start < filled else { return nil }
        defer { start = filled }
        return try line(upTo: filled)
      }
      guard filled - start <= limit else { throw tooLong() }
      let moved = makeRoom()
      searched -= moved
      try fill()
    }
  }

  private func lineFeed(from position: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard position < filled, let base = bytes.baseAddress,
        let found = memchr(base + position, Int32(UInt8(ascii: "\n")), filled - position)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func line(upTo end: Int) throws -> TextLine {
    lines += 1
    if lines == 1 && buffer[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
    guard end - start <= limit else {
      lines -= 1
      throw tooLong()
    }
    let hasReturn = end > start && buffer[end - 1] == UInt8(ascii: "\r")
    return TextLine(
      bytes: Array(buffer[start..<(hasReturn ? end - 1 : end)]), number: lines,
      offset: bufferOffset + start)
  }

  /// Moves the unfinished line to the front; doubles the buffer if it is full.
  ///
  /// - Returns: by how much everything moved.
  private func makeRoom() -> Int {
    let moved = start
    if start > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<filled]))
      }
      filled -= start
      bufferOffset += start
      start = 0
    }
    if filled == buffer.count {
      buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
    return moved
  }

  private func fill() throws {
    do {
      let count = try buffer.withUnsafeMutableBytes { bytes in
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
      }
      filled += count
      ended = count == 0
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
