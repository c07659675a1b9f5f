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
  /// How many lines the last block had: likely as many as the next.
  private var usualLines = 0
  private var ended = false

  private static let padding = [UInt8](repeating: 0, count: JSONParser.padding)

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
    rest = []
    var end: Int?
    while end == nil && !ended {
      let searched = bytes.count
      bytes = try extended(bytes)
      end = Self.lastLineFeed(in: bytes, from: searched).map { $0 + 1 }
      guard end != nil || bytes.count <= limit + 1 else { throw tooLong() }
    }
    let length = end ?? bytes.count
    rest = Array(bytes[length...])
    bytes.removeSubrange(length...)
    bytes.append(contentsOf: Self.padding)
    defer { offset += length }
    return length == 0 ? nil : LineBlock(bytes: bytes, lines: try linesOf(bytes, upTo: length))
  }

  /// The lines of a block that are not blank.
  private func linesOf(_ bytes: [UInt8], upTo length: Int) throws -> [LineBlock.Line] {
    var found: [LineBlock.Line] = []
    found.reserveCapacity(usualLines)
    var start = offset == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    try bytes.withUnsafeBytes { bytes in
      let text = UnsafeRawBufferPointer(rebasing: bytes[..<length])
      while start < length {
        let end = Self.lineFeed(in: text, from: start) ?? length
        lines += 1
        guard end - start <= limit else {
          lines -= 1
          throw tooLong()
        }
        let hasReturn = end > start && text[end - 1] == UInt8(ascii: "\r")
        let range = start..<(hasReturn ? end - 1 : end)
        if !Self.isBlank(text, range) {
          found.append(.init(range: range, number: lines, offset: offset + start))
        }
        start = end + 1
      }
    }
    usualLines = found.count
    return found
  }

  /// The bytes, and as many more as a block has, or the rest of the file; with room for the padding.
  private func extended(_ bytes: [UInt8]) throws -> [UInt8] {
    let size = bytes.count + max(blockSize, bytes.count)
    do {
      return try [UInt8](unsafeUninitializedCapacity: size + JSONParser.padding) { buffer, count in
        count = buffer.update(fromContentsOf: bytes)
        while count < size {
          let read = try source.read(
            into: UnsafeMutableRawBufferPointer(
              rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<size]))
          ended = read == 0
          if ended { break }
          count += read
        }
      }
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path, line: lines + 1)
      throw error
    }
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
