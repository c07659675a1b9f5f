internal import CZlib

/// Decodes gzip members, one after another; zero bytes behind them are padding.
final class GzipDecoder: StreamDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isComplete = false

  /// Window of 2^15 bytes; +16 asks zlib for the gzip wrapper (zlib.h, `inflateInit2`).
  private static let gzipWindowBits: Int32 = 15 + 16

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, Self.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw AksharaError(.device, "zlib cannot start (status \(status))")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    if isComplete {
      while input.first == 0 { input = UnsafeRawBufferPointer(rebasing: input.dropFirst()) }
      guard !input.isEmpty else { return 0 }
      inflateReset(stream)
      isComplete = false
    }
    let given = min(input.count, Int(UInt32.max))
    let room = min(output.count, Int(UInt32.max))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(given)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(room)
    let status = inflate(stream, Z_NO_FLUSH)
    input = UnsafeRawBufferPointer(
      rebasing: input.dropFirst(given - Int(stream.pointee.avail_in)))
    switch status {
    case Z_STREAM_END: isComplete = true
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
      throw AksharaError(
        .malformed, "the gzip data are damaged: \(reason)", remedy: "fetch the file again")
    }
    return room - Int(stream.pointee.avail_out)
  }
}
