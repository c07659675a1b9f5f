/// Writes Arrow IPC streams to Parquet files, through the plug-in.
package enum ParquetExport {
  /// The longest message that is taken from the plug-in.
  private static let longestMessage = 1_024

  /// Writes a stream, and the columns of another with the same record batches beside it, as one
  /// Parquet file, compressed with zstd. Memory holds one record batch.
  ///
  /// - Throws: `unsupported` if the plug-in is missing or too old to write; `unwritable`.
  package static func write(_ path: String, beside other: String?, to output: String) throws {
    guard let write = try ArrowPlugin.get().writeParquet else {
      throw AksharaError(
        .unsupported, "the Arrow plug-in was built before it could write Parquet",
        remedy: "build it again with `tools/build-arrow-plugin`")
    }
    var message = [CChar](repeating: 0, count: longestMessage)
    let status = message.withUnsafeMutableBufferPointer { room -> Int32 in
      guard let start = room.baseAddress else { return 1 }
      guard let other else { return write(path, nil, output, start, room.count) }
      return other.withCString { write(path, $0, output, start, room.count) }
    }
    guard status == 0 else {
      let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw AksharaError(
        .unwritable,
        "the Parquet file cannot be written: \(String(decoding: bytes, as: UTF8.self))",
        at: SourceLocation(file: output), remedy: "check the shard set and the room on the disk")
    }
  }
}
