/// A column of a record batch that is about to be written. No value is null.
indirect enum ArrowColumn {
  case int8([Int8])
  case int32([Int32])
  case float32([Float])
  case bool([Bool])
  /// `offsets` has one element more than there are strings.
  case utf8(offsets: [Int32], bytes: [UInt8])
  /// `offsets` has one element more than there are lists.
  case list(offsets: [Int32], ArrowColumn)
  case structure(count: Int, [ArrowColumn])

  /// How many values it has.
  var count: Int {
    switch self {
    case .int8(let values): values.count
    case .int32(let values): values.count
    case .float32(let values): values.count
    case .bool(let values): values.count
    case .utf8(let offsets, _), .list(let offsets, _): offsets.count - 1
    case .structure(let count, _): count
    }
  }

  /// The numbers of values of this column and of all below it, in the order of the field nodes.
  var nodeCounts: [Int] {
    switch self {
    case .list(_, let element): [count] + element.nodeCounts
    case .structure(_, let members): [count] + members.flatMap(\.nodeCounts)
    default: [count]
    }
  }

  /// The buffers in order; an empty one stands for "no value is null".
  private var buffers: [ArrowBuffer] {
    let own: [ArrowBuffer] =
      switch self {
      case .int8(let values): [.int8(values)]
      case .int32(let values): [.int32(values)]
      case .float32(let values): [.float32(values)]
      case .bool(let values): [.bytes(Self.bits(of: values))]
      case .utf8(let offsets, let bytes): [.int32(offsets), .bytes(bytes)]
      case .list(let offsets, let element): [.int32(offsets)] + element.buffers
      case .structure(_, let members): members.flatMap(\.buffers)
      }
    return [.bytes([])] + own
  }

  /// Gives the bytes of all buffers of some columns, in order.
  static func withBuffers<Result>(
    of columns: [ArrowColumn], _ body: ([UnsafeRawBufferPointer]) throws -> Result
  ) rethrows -> Result {
    try ArrowBuffer.withBytes(of: columns.flatMap(\.buffers)[...], [], body)
  }

  /// One bit a value, the first in the lowest bit of the first byte.
  private static func bits(of values: [Bool]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    for (index, value) in values.enumerated() where value { bytes[index / 8] |= 1 << (index % 8) }
    return bytes
  }
}

/// What one buffer of a column is made of.
private enum ArrowBuffer {
  case bytes([UInt8])
  case int8([Int8])
  case int32([Int32])
  case float32([Float])

  /// Gives the bytes of buffers behind those that were `found`: each is held for as long as `body` runs.
  static func withBytes<Result>(
    of buffers: ArraySlice<ArrowBuffer>, _ found: [UnsafeRawBufferPointer],
    _ body: ([UnsafeRawBufferPointer]) throws -> Result
  ) rethrows -> Result {
    guard let buffer = buffers.first else { return try body(found) }
    return try buffer.withBytes { try withBytes(of: buffers.dropFirst(), found + [$0], body) }
  }

  private func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .bytes(let values): try values.withUnsafeBytes(body)
    case .int8(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    case .float32(let values): try values.withUnsafeBytes(body)
    }
  }
}
