internal import Foundation

/// A stretch of a text with its lines that are not blank.
package struct LineBlock: Sendable {
  /// One line of the block.
  package struct Line: Sendable {
    /// Its bytes in the block, without what ends it.
    package let range: Range<Int>
    /// Its number in the file, counted from 1.
    package let number: Int
    /// Where it begins, in bytes of the uncompressed text.
    package let offset: Int
  }

  /// The lines' bytes, with `JSONParser.padding` more behind them.
  package var bytes: [UInt8]
  /// The lines that are not blank.
  package var lines: [Line]

  /// A copy of one line.
  package func line(_ line: Line) -> TextLine {
    TextLine(bytes: Array(bytes[line.range]), number: line.number, offset: line.offset)
  }
}

/// Reads a text in blocks of whole lines: what `LineReader` gives one by one, without a copy of each
/// line.
///
/// The blocks of a file are the same however fast they are taken. Memory is bounded by the longest
/// line.
package final class LineBlockReader {
  private let path: String
  private let source: ByteSource
  private let limit: Int
  private let blockSize: Int
  /// The beginning of the next block, left over from the last.
  private var rest: [UInt8] = []
  private var offset = 0
  private var lines = 0
  private var ended = false

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  package init(
    _ path: String, blockSize: Int = 1 << 20,
    maximumLineLength: Int = LineReader.maximumLineLength
  ) throws {
    self.path = path
    self.blockSize = blockSize
    limit = maximumLineLength
    source = try ByteSource(path)
  }

  /// The next block, or `nil` at the end. A block may be without lines that are not blank.
  ///
  /// - Throws: as `LineReader.next()`.
  package func next() throws -> LineBlock? {
    guard !ended || !rest.isEmpty else { return nil }
    var bytes = rest
    var end: Int?
    while end == nil && !ended {
      let filled = bytes.count
      try fill(&bytes)
      end = Self.lastLineFeed(in: bytes, from: filled).map { $0 + 1 }
      guard end != nil || bytes.count <= limit + 1 else { throw tooLong() }
    }
    let length = end ?? bytes.count
    rest = Array(bytes[length...])
    bytes.removeSubrange(length...)
    defer { offset += length }
    return try block(bytes)
  }

  private func block(_ bytes: [UInt8]) throws -> LineBlock? {
    guard !bytes.isEmpty else { return nil }
    var block = LineBlock(bytes: bytes, lines: [])
    var start = offset == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    try bytes.withUnsafeBytes { buffer in
      while start < buffer.count {
        let end = Self.lineFeed(in: buffer, from: start) ?? buffer.count
        lines += 1
        guard end - start <= limit else {
          lines -= 1
          throw tooLong()
        }
        let hasReturn = end > start && buffer[end - 1] == UInt8(ascii: "\r")
        let range = start..<(hasReturn ? end - 1 : end)
        if !Self.isBlank(buffer, range) {
          block.lines.append(.init(range: range, number: lines, offset: offset + start))
        }
        start = end + 1
      }
    }
    block.bytes.append(contentsOf: repeatElement(0, count: JSONParser.padding))
    return block
  }

  /// Reads until the block has its size, or to the end.
  private func fill(_ bytes: inout [UInt8]) throws {
    let start = bytes.count
    let size = max(blockSize, start)
    var filled = start
    bytes.append(contentsOf: repeatElement(0, count: size))
    do {
      while filled < start + size {
        let count = try bytes.withUnsafeMutableBytes { buffer in
          try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        }
        ended = count == 0
        if ended { break }
        filled += count
      }
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path, line: lines + 1)
      throw error
    }
    bytes.removeSubrange(filled...)
  }

  private static func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  private static func lastLineFeed(in bytes: [UInt8], from start: Int) -> Int? {
    bytes[start...].lastIndex(of: UInt8(ascii: "\n"))
  }

  private static func isBlank(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    for index in range where bytes[index] != UInt8(ascii: " ") && bytes[index] != UInt8(ascii: "\t")
    {
      return false
    }
    return true
  }

  private func tooLong() -> AksharaError {
    LineReader.tooLong(limit: limit, at: SourceLocation(file: path, line: lines + 1))
  }
}
