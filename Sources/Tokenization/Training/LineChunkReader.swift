import Artifacts

/// Reads a text file (plain, gzip or zstd; `-` is standard input) in chunks of whole lines.
final class LineChunkReader {
  /// The size of a chunk, if no line is longer.
  private let chunkSize: Int

  private let source: ByteSource
  /// The beginning of the next chunk, which has been read already.
  private var rest: [UInt8] = []
  private var ended = false

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  init(_ path: String, chunkSize: Int = 1 << 20) throws {
    source = try ByteSource(path == "-" ? "/dev/stdin" : path)
    self.chunkSize = chunkSize
  }

  /// The next lines; the last one may lack its line feed. Empty at the end.
  ///
  /// - Throws: `malformed` for a line longer than `DocumentReader.longestDocument`; `unreadable`.
  func next() throws -> [UInt8] {
    var chunk = rest
    rest = []
    while !ended {
      let start = chunk.count
      try fill(&chunk)
      if let feed = chunk[start...].lastIndex(of: UInt8(ascii: "\n")) {
        rest = Array(chunk[(feed + 1)...])
        chunk.removeSubrange((feed + 1)...)
        break
      }
      guard chunk.count <= DocumentReader.longestDocument else { throw tooLong() }
    }
    return chunk
  }

  /// Appends up to a chunk of bytes.
  private func fill(_ chunk: inout [UInt8]) throws {
    var filled = chunk.count
    let end = filled + chunkSize
    chunk.append(contentsOf: repeatElement(0, count: chunkSize))
    while filled < end, !ended {
      let count = try chunk.withUnsafeMutableBytes {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      filled += count
      ended = count == 0
    }
    chunk.removeSubrange(filled...)
  }

  private func tooLong() -> AksharaError {
    AksharaError(
      .malformed, "a line is longer than \(DocumentReader.longestDocument >> 20) MiB",
      at: SourceLocation(file: source.path), remedy: "cut it into several lines")
  }
}
