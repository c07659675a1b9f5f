internal import Artifacts

/// Writes two files in Arrow's IPC stream format at once, so that their digests are taken together.
final class ArrowPairWriter {
  private let first: AtomicFile
  private let second: AtomicFile
  private var digests = DigestPair()

  /// A file and what it holds.
  typealias Target = (path: String, schema: ArrowSchema)

  /// Begins the files.
  ///
  /// - Throws: `unwritable`.
  init(_ first: Target, _ second: Target) throws {
    self.first = try AtomicFile(first.path, isDigested: false)
    self.second = try AtomicFile(second.path, isDigested: false)
    try write(ArrowStream.beginning(first.schema), ArrowStream.beginning(second.schema))
  }

  /// Bytes of the first file written so far.
  var firstByteCount: Int { first.count }

  /// Appends a record batch to each file; the columns must be those of the schemas.
  ///
  /// - Throws: `unwritable`.
  func write(rows: Int, first: [ArrowColumn], second: [ArrowColumn]) throws {
    try ArrowStream.withBatch(rows: rows, first) { first in
      try ArrowStream.withBatch(rows: rows, second) { try write(first, $0) }
    }
  }

  /// Writes the end markers and makes the files appear.
  ///
  /// - Returns: the digests of the files.
  /// - Throws: `unwritable`.
  func commit() throws -> (first: Digest, second: Digest) {
    try write(ArrowStream.end, ArrowStream.end)
    try first.finish()
    try second.finish()
    return digests.finalize()
  }

  private func write(_ first: [UInt8], _ second: [UInt8]) throws {
    try first.withUnsafeBytes { first in
      try second.withUnsafeBytes { try write([first], [$0]) }
    }
  }

  private func write(
    _ firstPieces: [UnsafeRawBufferPointer], _ secondPieces: [UnsafeRawBufferPointer]
  ) throws {
    digests.update(firstPieces, secondPieces)
    for piece in firstPieces { try first.write(piece) }
    for piece in secondPieces { try second.write(piece) }
  }
}
