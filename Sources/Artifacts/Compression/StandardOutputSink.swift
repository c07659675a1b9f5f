internal import Foundation

/// Standard output: bytes appear as they come.
public final class StandardOutputSink: ByteSink {
  private var buffer: [UInt8] = []
  private var hasher = DigestHasher()

  private static let bufferSize = 1 << 16

  /// The process' standard output.
  public init() {}

  /// Appends bytes.
  ///
  /// - Throws: `unwritable`, for example when the reader of a pipe is gone.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    hasher.update(bytes)
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Hands the last bytes over.
  public func commit() throws -> Digest {
    try flush()
    return hasher.finalize()
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        let written = Foundation.write(STDOUT_FILENO, slice.baseAddress, slice.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw AtomicFile.unwritable("standard output") }
        rest = rest.dropFirst(written)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
