internal import Foundation

extension DocumentReader {
  /// Some lines of the input, all of them whole.
  struct Block {
    /// The lines with their line feeds; only the last of the input may lack it.
    var bytes: [UInt8]
    /// The number of the first line, from 1.
    var firstLine: Int
  }

  /// Blocks are at least so long where the input gives so much at once.
  static let blockSize = 1 << 20

  /// The next lines, or `nil` at the end; not to be mixed with `next()`.
  ///
  /// A block ends where a line ends: with the first beyond `blockSize`, or with the last that has
  /// come, if the writer on the other side of a pipe pauses.
  ///
  /// - Parameter memory: an array whose memory the block may use.
  /// - Throws: as `next()`.
  func nextBlock(reusing memory: consuming [UInt8]) throws -> Block? {
    var bytes = memory
    bytes.removeAll(keepingCapacity: true)
    bytes += carried
    carried.removeAll(keepingCapacity: true)
    var end = 0
    while !hasEnded {
      let searched = bytes.count
      try fill(&bytes)
      end = bytes[searched...].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? end
      if end > 0, bytes.count >= Self.blockSize || !hasMore() { break }
    }
    if hasEnded { end = bytes.count }
    guard end > 0 else { return nil }
    carried += bytes[end...]
    bytes.removeLast(bytes.count - end)
    let firstLine = countedLines + 1
    countedLines += lineCount(bytes)
    return Block(bytes: bytes, firstLine: firstLine)
  }

  /// The number of lines; what stands behind the last line feed is one, too.
  private func lineCount(_ bytes: [UInt8]) -> Int {
    let feeds = bytes.withUnsafeBufferPointer { bytes in
      var count = 0
      for byte in bytes where byte == UInt8(ascii: "\n") { count += 1 }
      return count
    }
    return bytes.last == UInt8(ascii: "\n") ? feeds : feeds + 1
  }

  /// Whether a read would not have to wait.
  private func hasMore() -> Bool {
    guard isStandardInput else { return true }
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }
}
