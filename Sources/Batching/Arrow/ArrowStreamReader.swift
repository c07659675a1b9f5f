internal import Artifacts

/// Reads a file in Arrow's IPC stream format, mapped into memory, whose schema is known.
///
/// Everything is checked when the file is opened: every message, every buffer's place, every list's
/// offsets. What is read later cannot point outside. Files with another schema, nulls, compression,
/// dictionaries or big-endian numbers are refused.
final class ArrowStreamReader: Sendable {
  /// The record batches in order.
  let batches: [ArrowBatch]
  /// Rows in all batches.
  let rowCount: Int
  /// The file.
  let file: MappedFile

  /// Opens and checks a file.
  ///
  /// - Throws: `missingFile`, `unreadable`; `malformed`, saying what is wrong and where.
  init(_ path: String, schema: ArrowSchema) throws {
    let file = try MappedFile(path)
    var messages = ArrowMessages(file)
    let first = try messages.next()
    guard let first, first.type == ArrowCode.schemaHeader else {
      throw messages.malformed("it does not begin with a schema")
    }
    let found = try messages.checked { () throws(FlatBufferError) in
      try ArrowSchema(flatBuffer: first.header)
    }
    guard let found, found == schema else {
      throw messages.malformed("its columns are not those of a shard")
    }
    var batches: [ArrowBatch] = []
    var rows = 0
    while let message = try messages.next() {
      guard message.type == ArrowCode.recordBatchHeader else {
        throw messages.malformed("it holds a message that is no record batch")
      }
      let batch = try ArrowBatch(message, schema: schema, in: messages)
      batches.append(batch)
      rows += batch.rowCount
    }
    (self.batches, rowCount, self.file) = (batches, rows, file)
  }
}

/// The messages of a stream, one after the other.
struct ArrowMessages {
  /// A message with its body.
  struct Message {
    let type: UInt8
    let header: FlatBufferTable
    let body: UnsafeRawBufferPointer
  }

  private let file: any FileBytes
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var isAtEnd = false

  init(_ file: any FileBytes) { (self.file, bytes) = (file, file.bytes) }

  /// An error that says what is wrong with the file.
  func malformed(_ problem: String) -> AksharaError {
    AksharaError(
      .malformed, "not a shard file: \(problem) (byte \(position))",
      at: SourceLocation(file: file.path), remedy: "make the shard set again")
  }

  /// Runs `body`, turning a broken FlatBuffer into an error that names the file.
  func checked<Value>(_ body: () throws(FlatBufferError) -> Value) throws -> Value {
    do { return try body() } catch { throw malformed("its metadata point outside of themselves") }
  }

  private func number(at offset: Int) -> UInt32? {
    guard offset + 4 <= bytes.count else { return nil }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The next message; `nil` behind the end marker.
  mutating func next() throws -> Message? {
    guard !isAtEnd else { return nil }
    guard let mark = number(at: position), let size = number(at: position + 4) else {
      throw malformed("it ends without an end marker")
    }
    guard mark == ArrowCode.continuation else {
      throw malformed("a message does not begin with FF FF FF FF")
    }
    if size == 0 {
      isAtEnd = true
      position += 8
      guard position == bytes.count else { throw malformed("bytes follow the end marker") }
      return nil
    }
    let start = position + 8
    guard size % 8 == 0, Int(size) <= bytes.count - start else {
      throw malformed("a message's metadata reach behind the end")
    }
    let bodyStart = start + Int(size)
    let metadata = UnsafeRawBufferPointer(rebasing: bytes[start..<bodyStart])
    let (version, type, header, length) = try checked { () throws(FlatBufferError) in
      let table = try FlatBufferTable(rootOf: metadata)
      return (
        try table.number(0, or: Int16(0)), try table.number(1, or: UInt8(0)), try table.table(2),
        try table.number(3, or: Int64(0))
      )
    }
    guard version == ArrowCode.version5, let header else {
      throw malformed("a message has no header of version 5")
    }
    guard length >= 0, length % 8 == 0, Int(length) <= bytes.count - bodyStart else {
      throw malformed("a message's body reaches behind the end")
    }
    position = bodyStart + Int(length)
    let body = UnsafeRawBufferPointer(rebasing: bytes[bodyStart..<position])
    return Message(type: type, header: header, body: body)
  }
}
