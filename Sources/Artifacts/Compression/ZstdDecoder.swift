internal import CZstd

/// Decodes Zstandard frames, one after another.
final class ZstdDecoder: StreamDecoder {
  private let context: OpaquePointer
  private(set) var isComplete = false

  init() throws {
    guard let context = ZSTD_createDCtx() else {
      throw AksharaError(.device, "no memory for a zstd decoder")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    if isComplete && input.isEmpty { return 0 }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(context, &target, &source)
    guard ZSTD_isError(status) == 0 else {
      if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
        throw AksharaError(
          .unsupported, "the zstd data need a window of more than 128 MiB to be unpacked",
          remedy: "compress them without `--long`, or unpack them with `zstd -d --long=31`")
      }
      let reason = String(cString: ZSTD_getErrorName(status))
      throw AksharaError(
        .malformed, "the zstd data are damaged: \(reason)", remedy: "fetch the file again")
    }
    input = UnsafeRawBufferPointer(rebasing: input.dropFirst(source.pos))
    isComplete = status == 0
    return target.pos
  }
}
