internal import CZstd

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

  func finish() throws {
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
    try target.finish()
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
