internal import Artifacts

/// A record batch of a mapped file. All that its getters rely on was checked by `init`.
///
/// Columns are addressed by the number of their first buffer; `ArrowColumnIndex` finds it.
struct ArrowBatch: @unchecked Sendable {
  /// How many rows.
  let rowCount: Int
  private let buffers: [UnsafeRawBufferPointer]

  /// Checks the message against the schema.
  ///
  /// - Throws: `malformed`.
  init(_ message: ArrowMessages.Message, schema: ArrowSchema, in messages: ArrowMessages) throws {
    let types = schema.nodes
    let bufferCount = types.reduce(0) { $0 + $1.bufferCount }
    // RecordBatch: length, nodes, buffers, compression.
    let (rows, nodes, places, compressed) = try messages.checked { () throws(FlatBufferError) in
      (
        try message.header.number(0, or: Int64(0)),
        try message.header.pairs(1, limit: types.count),
        try message.header.pairs(2, limit: bufferCount), try message.header.has(3)
      )
    }
    guard !compressed else { throw messages.malformed("a record batch is compressed") }
    guard nodes.count == types.count, places.count == bufferCount else {
      throw messages.malformed("a record batch has not the schema's columns")
    }
    guard rows >= 0, nodes.allSatisfy({ $0.0 >= 0 && $0.1 == 0 }) else {
      throw messages.malformed("a record batch has nulls, or a count below zero")
    }
    var buffers: [UnsafeRawBufferPointer] = []
    for (offset, length) in places {
      guard offset >= 0, length >= 0, offset % 8 == 0, offset <= message.body.count,
        length <= message.body.count - offset
      else { throw messages.malformed("a buffer lies outside of its record batch") }
      buffers.append(UnsafeRawBufferPointer(rebasing: message.body[offset..<offset + length]))
    }
    rowCount = Int(rows)
    self.buffers = buffers
    var check = ArrowBatchCheck(counts: nodes.map(\.0), buffers: buffers)
    for field in schema.fields {
      guard check.holds(field.type, count: rowCount) else {
        throw messages.malformed("the column `\(field.name)` is not what its offsets say")
      }
    }
  }

  /// Checks a message that is about to be written against the schema.
  ///
  /// - Throws: `malformed`.
  init(only batch: EncodedBatch, schema: ArrowSchema) throws {
    var messages = ArrowMessages(batch)
    guard let message = try messages.next(), message.type == ArrowCode.recordBatchHeader else {
      throw messages.malformed("a message is no record batch")
    }
    try self.init(message, schema: schema, in: messages)
  }

  /// The offsets of a list or string column, `count + 1` of them.
  func offsets(_ buffer: Int) -> UnsafeBufferPointer<Int32> {
    buffers[buffer + 1].assumingMemoryBound(to: Int32.self)
  }

  /// The values of an int32 column.
  func int32(_ buffer: Int) -> UnsafeBufferPointer<Int32> {
    buffers[buffer + 1].assumingMemoryBound(to: Int32.self)
  }

  /// The values of an int8 column.
  func int8(_ buffer: Int) -> UnsafeBufferPointer<Int8> {
    buffers[buffer + 1].assumingMemoryBound(to: Int8.self)
  }

  /// The values of a float32 column.
  func float32(_ buffer: Int) -> UnsafeBufferPointer<Float> {
    buffers[buffer + 1].assumingMemoryBound(to: Float.self)
  }

  /// The value of a Boolean column at `index`.
  func bool(_ buffer: Int, _ index: Int) -> Bool {
    buffers[buffer + 1][index / 8] & (1 << (index % 8)) != 0
  }

  /// The values of a Boolean column, a bit each, the first in the lowest bit.
  func bits(_ buffer: Int) -> UnsafeRawBufferPointer { buffers[buffer + 1] }

  /// The bytes of all strings of a string column.
  func stringBytes(_ buffer: Int) -> UnsafeRawBufferPointer { buffers[buffer + 2] }

  /// The bytes of a string column at `index`.
  func bytes(_ buffer: Int, _ index: Int) -> UnsafeRawBufferPointer {
    let offsets = offsets(buffer)
    let range = Int(offsets[index])..<Int(offsets[index + 1])
    return UnsafeRawBufferPointer(rebasing: buffers[buffer + 2][range])
  }

  /// The string of a string column at `index`.
  func string(_ buffer: Int, _ index: Int) -> String {
    String(decoding: bytes(buffer, index), as: UTF8.self)
  }

  /// The range of a list column's elements at `index`.
  func range(_ buffer: Int, _ index: Int) -> Range<Int> {
    let offsets = offsets(buffer)
    return Int(offsets[index])..<Int(offsets[index + 1])
  }
}

/// Checks that the buffers of a record batch hold what its nodes say.
private struct ArrowBatchCheck {
  let counts: [Int]
  let buffers: [UnsafeRawBufferPointer]
  private var node = 0
  private var buffer = 0

  init(counts: [Int], buffers: [UnsafeRawBufferPointer]) {
    self.counts = counts
    self.buffers = buffers
  }

  /// Whether the next column, and all below it, is sound and has `count` values.
  mutating func holds(_ type: ArrowType, count: Int) -> Bool {
    guard counts[node] == count else { return false }
    node += 1
    let first = buffer
    buffer += type.bufferCount
    switch type {
    case .int8: return buffers[first + 1].count >= count
    case .int32, .float32: return buffers[first + 1].count / 4 >= count
    case .bool: return buffers[first + 1].count >= (count + 7) / 8
    case .utf8:
      return end(ofOffsets: buffers[first + 1], count: count)
        .map { $0 <= buffers[first + 2].count } ?? false
    case .list(let element):
      guard node < counts.count, let end = end(ofOffsets: buffers[first + 1], count: count) else {
        return false
      }
      return end <= counts[node] && holds(element, count: counts[node])
    case .structure(let members):
      for member in members where !holds(member.type, count: count) { return false }
      return true
    }
  }

  /// The last offset; `nil` if they do not rise from 0 or more, or are too few.
  private func end(ofOffsets bytes: UnsafeRawBufferPointer, count: Int) -> Int? {
    // A column without values may have no offsets at all.
    if count == 0 { return 0 }
    guard bytes.count / 4 > count else { return nil }
    let offsets = bytes.assumingMemoryBound(to: Int32.self)
    guard offsets[0] >= 0 else { return nil }
    for index in 0..<count where offsets[index] > offsets[index + 1] { return nil }
    return Int(offsets[count])
  }
}
