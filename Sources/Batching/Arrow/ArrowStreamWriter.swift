internal import Artifacts

/// Writes a file in Arrow's IPC stream format, uncompressed.
///
///     message   FF FF FF FF │ size of metadata, int32 │ metadata, a FlatBuffer │ body
///     file      schema, record batch, record batch, …, FF FF FF FF 00 00 00 00
///
/// The buffers in a body begin on multiples of 64 bytes, so that a mapped file can be read in place.
/// Messages and bodies begin where pages do, so that they are written without being copied. Source: Apache Arrow, "Columnar format", section "IPC streaming format".
final class ArrowStreamWriter {
  static let alignment = 64
  static let messageAlignment = 4_096

  private let file: AtomicFile

  /// Begins a file.
  ///
  /// - Parameter isReadSoon: whether its first bytes should stay in the page cache.
  /// - Throws: `unwritable`.
  init(_ path: String, schema: ArrowSchema, isReadSoon: Bool = true) throws {
    file = try AtomicFile(path)
    if !isReadSoon { file.directFrom = 0 }
    try file.write(EncodedBatch.prefixed(ArrowMetadata.schemaMessage(schema)))
  }

  /// Bytes written so far.
  var byteCount: Int { file.count }

  /// Appends a record batch; its columns must be those of the schema.
  ///
  /// - Throws: `unwritable`.
  func write(_ batch: EncodedBatch) throws { try file.write(batch.bytes) }

  /// Writes the end marker and makes the file appear.
  ///
  /// - Returns: the digest of the file.
  /// - Throws: `unwritable`.
  func commit() throws -> Digest {
    for number in [ArrowCode.continuation, 0] {
      try withUnsafeBytes(of: number.littleEndian) { try file.write($0) }
    }
    return try file.commit()
  }
}
