/// Writes JSON Lines: one compact document a line. The file appears with `commit()`.
///
/// The same values give the same bytes; a compressed file holds no name and no time.
public final class JSONLinesWriter {
  private let sink: any ByteSink
  /// Lines written so far.
  public private(set) var count = 0

  /// Begins a file; the suffix `.gz` or `.zst` asks for compression.
  ///
  /// - Throws: `unwritable`.
  public convenience init(_ path: String) throws { self.init(sink: try AtomicFile.sink(path)) }

  /// Writes to `sink`.
  public init(sink: any ByteSink) { self.sink = sink }

  /// Appends one document.
  ///
  /// - Throws: `unwritable`.
  public func write(_ value: JSONValue) throws {
    var bytes = value.compact
    bytes.append(UInt8(ascii: "\n"))
    try sink.write(bytes)
    count += 1
  }

  /// Appends documents that are whole lines already.
  ///
  /// - Throws: `unwritable`.
  package func write(lines bytes: UnsafeRawBufferPointer, count: Int) throws {
    try sink.write(bytes)
    self.count += count
  }

  /// Makes the file appear.
  ///
  /// - Returns: the digest of the file as it is stored.
  /// - Throws: `unwritable`.
  @discardableResult
  public func commit() throws -> Digest { try sink.commit() }

  /// Makes the file appear, for callers who need no digest: see `AtomicFile.init`.
  ///
  /// - Throws: `unwritable`.
  public func finish() throws { try sink.finish() }
}
