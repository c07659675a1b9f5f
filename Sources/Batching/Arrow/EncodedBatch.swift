/// A record batch as it stands in a file of Arrow's IPC stream format: prefix, metadata and body in one
/// piece of memory, which begins where a page does as it does in the file.
///
/// What is checked, digested and written is this memory, so that a proof made of it holds for the file.
/// Safe to share between threads: it never changes.
final class EncodedBatch: FileBytes, @unchecked Sendable {
  let path: String
  let bytes: UnsafeRawBufferPointer
  /// How many rows.
  let rowCount: Int

  /// Puts columns, which must be those of the file's schema, into one message.
  ///
  /// - Parameter path: the file that it is for, for errors.
  init(rows: Int, _ columns: [ArrowColumn], path: String) {
    var buffers: [(Int, Int)] = []
    var size = 0
    for column in columns {
      column.forEachBuffer { bytes in
        buffers.append((size, bytes.count))
        size += Self.padded(bytes.count, to: ArrowStreamWriter.alignment)
      }
    }
    let bodySize = Self.padded(size, to: ArrowStreamWriter.messageAlignment)
    let head = Self.prefixed(
      ArrowMetadata.recordBatchMessage(
        rows: rows, nodes: columns.flatMap(\.nodeCounts).map { ($0, 0) }, buffers: buffers,
        bodyLength: bodySize))
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: head.count + bodySize, alignment: ArrowStreamWriter.messageAlignment)
    memory.copyBytes(from: head)
    var end = head.count
    for column in columns {
      column.forEachBuffer { bytes in
        guard !bytes.isEmpty else { return }
        let next = end + Self.padded(bytes.count, to: ArrowStreamWriter.alignment)
        UnsafeMutableRawBufferPointer(rebasing: memory[end..<next]).fill(with: bytes)
        end = next
      }
    }
    UnsafeMutableRawBufferPointer(rebasing: memory[end...])
      .initializeMemory(as: UInt8.self, repeating: 0)
    (self.path, self.bytes, rowCount) = (path, UnsafeRawBufferPointer(memory), rows)
  }

  deinit { bytes.deallocate() }

  /// Metadata behind the mark and the size of a message, filled up so that a body or the next message
  /// begins where it should.
  static func prefixed(_ metadata: [UInt8]) -> [UInt8] {
    let size = padded(metadata.count + 8, to: ArrowStreamWriter.messageAlignment)
    var message: [UInt8] = []
    message.reserveCapacity(size)
    for number in [ArrowCode.continuation, UInt32(size - 8)] {
      withUnsafeBytes(of: number.littleEndian) { message.append(contentsOf: $0) }
    }
    message += metadata
    message += [UInt8](repeating: 0, count: size - message.count)
    return message
  }

  private static func padded(_ count: Int, to alignment: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies bytes to the front, and fills the rest with zeros.
  fileprivate func fill(with bytes: UnsafeRawBufferPointer) {
    copyMemory(from: bytes)
    UnsafeMutableRawBufferPointer(rebasing: self[bytes.count...])
      .initializeMemory(as: UInt8.self, repeating: 0)
  }
}
