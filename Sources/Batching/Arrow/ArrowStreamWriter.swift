internal import Artifacts

/// Writes a file in Arrow's IPC stream format, uncompressed.
///
///     message   FF FF FF FF │ size of metadata, int32 │ metadata, a FlatBuffer │ body
///     file      schema, record batch, record batch, …, FF FF FF FF 00 00 00 00
///
/// Messages and the buffers in a body begin on multiples of 64 bytes, so that a mapped file can be
/// read in place. Source: Apache Arrow, "Columnar format", section "IPC streaming format".
final class ArrowStreamWriter {
  static let alignment = 64

  private let file: AtomicFile
  private let schema: ArrowSchema

  /// Begins a file.
  ///
  /// - Throws: `unwritable`.
  init(_ path: String, schema: ArrowSchema) throws {
    file = try AtomicFile(path)
    self.schema = schema
    try write(metadata: ArrowMetadata.schemaMessage(schema))
  }

  /// Bytes written so far.
  var byteCount: Int { file.count }

  /// Appends a record batch; the columns must be those of the schema.
  ///
  /// - Throws: `unwritable`.
  func write(rows: Int, _ columns: [ArrowColumn]) throws {
    var buffers: [(Int, Int)] = []
    var size = 0
    for column in columns {
      column.forEachBuffer { bytes in
        buffers.append((size, bytes.count))
        size += Self.padded(bytes.count)
      }
    }
    let nodes = columns.flatMap(\.nodeCounts).map { ($0, 0) }
    try write(
      metadata: ArrowMetadata.recordBatchMessage(
        rows: rows, nodes: nodes, buffers: buffers, bodyLength: size))
    for column in columns {
      try column.forEachBuffer { bytes in
        try file.write(bytes)
        try pad(after: bytes.count)
      }
    }
  }

  /// Writes the end marker and makes the file appear.
  ///
  /// - Returns: the digest of the file.
  /// - Throws: `unwritable`.
  func commit() throws -> Digest {
    try write(ArrowCode.continuation)
    try write(UInt32(0))
    return try file.commit()
  }

  private func write(metadata: [UInt8]) throws {
    let size = Self.padded(metadata.count + 8) - 8
    try write(ArrowCode.continuation)
    try write(UInt32(size))
    try file.write(metadata)
    try pad(after: metadata.count + 8)
  }

  private func write(_ number: UInt32) throws {
    try withUnsafeBytes(of: number.littleEndian) { try file.write($0) }
  }

  private func pad(after count: Int) throws {
    try file.write([UInt8](repeating: 0, count: Self.padded(count) - count))
  }

  private static func padded(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}
