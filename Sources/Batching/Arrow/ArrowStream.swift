/// The messages of Arrow's IPC stream format, uncompressed, as they stand in a file.
///
///     message   FF FF FF FF │ size of metadata, int32 │ metadata, a FlatBuffer │ body
///     file      schema, record batch, record batch, …, FF FF FF FF 00 00 00 00
///
/// Messages and the buffers in a body begin on multiples of 64 bytes, so that a mapped file can be
/// read in place. Source: Apache Arrow, "Columnar format", section "IPC streaming format".
enum ArrowStream {
  static let alignment = 64

  /// What ends a file.
  static let end = number(ArrowCode.continuation) + number(0)

  /// What begins a file.
  static func beginning(_ schema: ArrowSchema) -> [UInt8] {
    message(ArrowMetadata.schemaMessage(schema))
  }

  /// Gives the pieces of a record batch's message.
  static func withBatch<Result>(
    rows: Int, _ columns: [ArrowColumn], _ body: ([UnsafeRawBufferPointer]) throws -> Result
  ) rethrows -> Result {
    try ArrowColumn.withBuffers(of: columns) { buffers in
      let head = head(rows: rows, columns, buffers)
      return try head.withUnsafeBytes { head in
        try zeros.withUnsafeBytes { zeros in
          try body(
            [head]
              + buffers.flatMap { buffer in
                [buffer, .init(rebasing: zeros[..<(padded(buffer.count) - buffer.count)])]
              })
        }
      }
    }
  }

  private static func head(
    rows: Int, _ columns: [ArrowColumn], _ buffers: [UnsafeRawBufferPointer]
  ) -> [UInt8] {
    var places: [(Int, Int)] = []
    var size = 0
    for buffer in buffers {
      places.append((size, buffer.count))
      size += padded(buffer.count)
    }
    return message(
      ArrowMetadata.recordBatchMessage(
        rows: rows, nodes: columns.flatMap(\.nodeCounts).map { ($0, 0) }, buffers: places,
        bodyLength: size))
  }

  /// A message without its body.
  private static func message(_ metadata: [UInt8]) -> [UInt8] {
    let size = padded(metadata.count + 8) - 8
    return number(ArrowCode.continuation) + number(UInt32(size)) + metadata
      + zeros.prefix(size - metadata.count)
  }

  private static let zeros = [UInt8](repeating: 0, count: alignment)

  private static func number(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func padded(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}
