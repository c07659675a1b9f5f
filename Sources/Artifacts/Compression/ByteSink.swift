/// Takes bytes until `commit()`, which makes them appear.
public protocol ByteSink: AnyObject {
  /// Appends bytes.
  ///
  /// - Throws: `unwritable`.
  func write(_ bytes: UnsafeRawBufferPointer) throws

  /// Ends the output.
  ///
  /// - Returns: the digest of what was written, as it is stored.
  /// - Throws: `unwritable`.
  func commit() throws -> Digest

  /// Ends the output for callers who need no digest.
  ///
  /// - Throws: `unwritable`.
  func finish() throws
}

extension ByteSink {
  /// Ends the output, and drops its digest.
  public func finish() throws { _ = try commit() }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }
}

extension AtomicFile: ByteSink {}

extension AtomicFile {
  /// A file that appears whole or not at all, compressed as its suffix says (`.gz`, `.zst`).
  ///
  /// - Parameter isDigested: `false` if the caller ends it with `finish()`: see `init`.
  /// - Throws: `unwritable`.
  public static func sink(_ path: String, isDigested: Bool = true) throws -> any ByteSink {
    let file = try AtomicFile(path, isDigested: isDigested)
    return switch Compression(suffixOf: path) {
    case .none: file
    case .gzip: try GzipSink(file)
    case .zstd: try ZstdSink(file)
    }
  }
}
