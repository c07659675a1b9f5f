import Artifacts
internal import Foundation

/// Reads documents from a file (plain, gzip or zstd) or, as they are, from standard input (`-`): one
/// a line, or all as one.
///
/// Unlike a reader of records it changes nothing: a carriage return before the line feed belongs to
/// the document. The last line may lack its line feed. Memory is bounded by the longest document.
public final class DocumentReader {
  /// What a document is.
  public enum Layout: Sendable {
    /// A line, without its line feed.
    case line
    /// A line with its line feed, as `tokenizers` feeds files to its trainers.
    case lineWithFeed
    /// A line that holds a JSON string, which may have line feeds.
    case jsonString
    /// All there is.
    case whole
  }

  /// The longest document: 1 GiB, so that byte offsets fit into 32 bits.
  public static let longestDocument = 1 << 30

  private let path: String
  /// `nil` for standard input, whose bytes are never taken for compressed ones.
  private let source: ByteSource?
  let layout: Layout
  private var chunk = [UInt8](repeating: 0, count: 1 << 18)
  private var buffer: [UInt8] = []
  /// Where the unread part of the buffer begins.
  private var start = 0
  private(set) var hasEnded = false
  private var line = 0
  /// The beginning of a line whose end the last block lacked, and the number of lines in blocks.
  var carried: [UInt8] = []
  var countedLines = 0
  var isStandardInput: Bool { source == nil }

  /// Where the last document stands.
  public var location: SourceLocation { location(line: line) }

  /// Where a line stands.
  func location(line: Int) -> SourceLocation {
    SourceLocation(file: path, line: layout == .whole ? nil : line)
  }

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String, layout: Layout) throws {
    self.path = path == "-" ? "standard input" : path
    self.layout = layout
    source = path == "-" ? nil : try ByteSource(path)
  }

  /// The next document, or `nil` at the end. With `whole`, an empty input is one empty document.
  ///
  /// - Throws: `malformed` for a document longer than `longestDocument` or a line that is no JSON
  ///   string; `unreadable`.
  public func next() throws -> [UInt8]? {
    switch layout {
    case .whole: try wholeInput()
    case .line, .lineWithFeed: try nextLine()
    case .jsonString: try nextLine().map(text)
    }
  }

  /// The text of a line that holds a JSON string.
  private func text(_ line: [UInt8]) throws -> [UInt8] {
    guard let text = try JSONValue(parsing: line, at: location).string else {
      throw AksharaError(
        .malformed, "the line is not a JSON string", at: location, remedy: #"write `"a text"`"#)
    }
    return Array(text.utf8)
  }

  private func nextLine() throws -> [UInt8]? {
    var searched = start
    while true {
      if let end = lineFeed(from: searched) {
        defer { start = end + 1 }
        line += 1
        return Array(buffer[start..<(layout == .lineWithFeed ? end + 1 : end)])
      }
      if hasEnded {
        defer { start = buffer.count }
        line += 1
        return start < buffer.count ? Array(buffer[start...]) : nil
      }
      buffer.removeFirst(start)
      start = 0
      searched = buffer.count
      try fill()
    }
  }

  private func lineFeed(from position: Int) -> Int? {
    buffer.withUnsafeBufferPointer { LineFeed.next(in: $0, from: position) }
  }

  private func wholeInput() throws -> [UInt8]? {
    if hasEnded { return nil }
    while !hasEnded { try fill() }
    defer { buffer = [] }
    return buffer
  }

  private func fill() throws { try fill(&buffer) }

  /// Appends the next bytes of the input.
  func fill(_ bytes: inout [UInt8]) throws {
    let count = try chunk.withUnsafeMutableBytes { try read(into: $0) }
    bytes += chunk[..<count]
    hasEnded = count == 0
    guard bytes.count <= Self.longestDocument else {
      throw AksharaError(
        .malformed, "the document is longer than \(Self.longestDocument >> 20) MiB", at: location,
        remedy: "cut it into several lines")
    }
  }

  private func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    if let source { return try source.read(into: output) }
    while true {
      let count = Foundation.read(STDIN_FILENO, output.baseAddress, output.count)
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw AksharaError(.unreadable, "cannot read standard input", at: location)
      }
    }
  }
}
