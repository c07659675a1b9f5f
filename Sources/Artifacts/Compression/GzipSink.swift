internal import CZlib

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

  func finish() throws {
    try deflate(UnsafeRawBufferPointer(start: nil, count: 0), flush: Z_FINISH)
    try target.finish()
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
