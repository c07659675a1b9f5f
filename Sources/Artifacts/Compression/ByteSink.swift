internal import CZlib
internal import CZstd
internal import Foundation

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
}

extension ByteSink {
  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }
}

extension AtomicFile: ByteSink {}

extension AtomicFile {
  /// A file that appears whole or not at all, compressed as its suffix says (`.gz`, `.zst`).
  ///
  /// - Throws: `unwritable`.
  public static func sink(_ path: String) throws -> any ByteSink {
    let file = try AtomicFile(path)
    return switch Compression(suffixOf: path) {
    case .none: file
    case .gzip: try GzipSink(file)
    case .zstd: try ZstdSink(file)
    }
  }
}

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

/// Compresses into one gzip member whose header holds no name and no time.
final class GzipSink: ByteSink {
  private let target: any ByteSink
  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: 1 << 16)

  /// Window of 2^15 bytes with the gzip wrapper, and zlib's defaults for level and memory.
  private static let gzipWindowBits: Int32 = 15 + 16
  private static let defaultMemoryLevel: Int32 = 8

  init(_ target: any ByteSink) throws {
    self.target = target
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, Self.gzipWindowBits, Self.defaultMemoryLevel,
      Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw AksharaError(.device, "zlib cannot start (status \(status))")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      try deflate(piece, flush: Z_NO_FLUSH)
      rest = rest.dropFirst(piece.count)
    }
  }

  func commit() throws -> Digest {
    try deflate(UnsafeRawBufferPointer(start: nil, count: 0), flush: Z_FINISH)
    return try target.commit()
  }

  private func deflate(_ bytes: UnsafeRawBufferPointer, flush: Int32) throws {
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    var status = Z_OK
    repeat {
      let produced = output.withUnsafeMutableBytes { buffer in
        stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(buffer.count)
        status = CZlib.deflate(stream, flush)
        return buffer.count - Int(stream.pointee.avail_out)
      }
      try output.withUnsafeBytes { try target.write(.init(rebasing: $0[..<produced])) }
    } while stream.pointee.avail_out == 0 || (flush == Z_FINISH && status != Z_STREAM_END)
  }
}

/// Compresses into one Zstandard frame with a checksum.
final class ZstdSink: ByteSink {
  private let target: any ByteSink
  private let context: OpaquePointer
  private var output: [UInt8]

  init(_ target: any ByteSink) throws {
    self.target = target
    guard let context = ZSTD_createCCtx() else {
      throw AksharaError(.device, "no memory for a zstd encoder")
    }
    self.context = context
    output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  func write(_ bytes: UnsafeRawBufferPointer) throws { try compress(bytes, ZSTD_e_continue) }

  func commit() throws -> Digest {
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
    return try target.commit()
  }

  private func compress(_ bytes: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective) throws {
    var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    var remaining = 0
    repeat {
      let produced = try output.withUnsafeMutableBytes { buffer in
        var out = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        remaining = ZSTD_compressStream2(context, &out, &source, mode)
        guard ZSTD_isError(remaining) == 0 else {
          throw AksharaError(.device, "zstd: \(String(cString: ZSTD_getErrorName(remaining)))")
        }
        return out.pos
      }
      try output.withUnsafeBytes { try target.write(.init(rebasing: $0[..<produced])) }
    } while source.pos < source.size || (mode == ZSTD_e_end && remaining != 0)
  }
}
