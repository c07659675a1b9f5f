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

  /// Gives the bytes of each buffer in order; an empty one stands for "no value is null".
  func forEachBuffer(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try body(UnsafeRawBufferPointer(start: nil, count: 0))
    switch self {
    case .int8(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    case .float32(let values): try values.withUnsafeBytes(body)
    case .bool(let values): try Self.bits(of: values).withUnsafeBytes(body)
    case .utf8(let offsets, let bytes):
      try offsets.withUnsafeBytes(body)
      try bytes.withUnsafeBytes(body)
    case .list(let offsets, let element):
      try offsets.withUnsafeBytes(body)
      try element.forEachBuffer(body)
    case .structure(_, let members):
      for member in members { try member.forEachBuffer(body) }
    }
  }

  /// One bit a value, the first in the lowest bit of the first byte.
  private static func bits(of values: [Bool]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    for (index, value) in values.enumerated() where value { bytes[index / 8] |= 1 << (index % 8) }
    return bytes
  }
}
