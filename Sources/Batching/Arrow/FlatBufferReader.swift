/// A table of a FlatBuffer that is read in place; every access is checked against the bounds.
///
/// A table that points outside its buffer, or to itself without end, cannot be told from a broken
/// file in any other way than by checking each step, so every getter may throw `FlatBufferError`.
struct FlatBufferTable {
  private let bytes: UnsafeRawBufferPointer
  private let start: Int
  private let vtable: Int
  private let vtableSize: Int

  /// The root table of `bytes`.
  init(rootOf bytes: UnsafeRawBufferPointer) throws(FlatBufferError) {
    let offset = try bytes.number(at: 0, UInt32.self)
    try self.init(bytes, at: Int(offset))
  }

  private init(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(FlatBufferError) {
    let distance = Int(try bytes.number(at: start, Int32.self))
    let vtable = start - distance
    vtableSize = Int(try bytes.number(at: vtable, UInt16.self))
    guard vtableSize >= 4, vtable + vtableSize <= bytes.count else { throw FlatBufferError() }
    self.bytes = bytes
    self.start = start
    self.vtable = vtable
  }

  /// The offset of a field; `nil` if the table does not have it.
  private func offset(of slot: Int) throws(FlatBufferError) -> Int? {
    let entry = 4 + 2 * slot
    guard entry + 2 <= vtableSize else { return nil }
    let offset = Int(try bytes.number(at: vtable + entry, UInt16.self))
    return offset == 0 ? nil : start + offset
  }

  /// A number; `standard` if it is absent.
  func number<Value: FixedWidthInteger & BitwiseCopyable>(
    _ slot: Int, or standard: Value
  ) throws(FlatBufferError) -> Value {
    guard let offset = try offset(of: slot) else { return standard }
    return try bytes.number(at: offset, Value.self)
  }

  /// Whether the table has the field.
  func has(_ slot: Int) throws(FlatBufferError) -> Bool { try offset(of: slot) != nil }

  private func target(of slot: Int) throws(FlatBufferError) -> Int? {
    guard let offset = try offset(of: slot) else { return nil }
    return offset + Int(try bytes.number(at: offset, UInt32.self))
  }

  /// A table; `nil` if it is absent.
  func table(_ slot: Int) throws(FlatBufferError) -> FlatBufferTable? {
    guard let target = try target(of: slot) else { return nil }
    return try FlatBufferTable(bytes, at: target)
  }

  /// A string; `nil` if it is absent.
  func string(_ slot: Int) throws(FlatBufferError) -> String? {
    guard let target = try target(of: slot) else { return nil }
    let count = Int(try bytes.number(at: target, UInt32.self))
    guard target + 4 + count <= bytes.count else { throw FlatBufferError() }
    return String(decoding: bytes[target + 4..<target + 4 + count], as: UTF8.self)
  }

  /// A vector of tables; empty if it is absent. At most `limit` elements.
  func tables(_ slot: Int, limit: Int) throws(FlatBufferError) -> [FlatBufferTable] {
    guard let target = try target(of: slot) else { return [] }
    let count = Int(try bytes.number(at: target, UInt32.self))
    guard count <= limit, target + 4 + 4 * count <= bytes.count else { throw FlatBufferError() }
    var tables: [FlatBufferTable] = []
    for index in 0..<count {
      let place = target + 4 + 4 * index
      let distance = Int(try bytes.number(at: place, UInt32.self))
      tables.append(try FlatBufferTable(bytes, at: place + distance))
    }
    return tables
  }

  /// A vector of structs that are pairs of 64-bit integers; empty if it is absent.
  func pairs(_ slot: Int, limit: Int) throws(FlatBufferError) -> [(Int, Int)] {
    guard let target = try target(of: slot) else { return [] }
    let count = Int(try bytes.number(at: target, UInt32.self))
    guard count <= limit else { throw FlatBufferError() }
    var pairs: [(Int, Int)] = []
    for index in 0..<count {
      let place = target + 4 + 16 * index
      let first = try bytes.number(at: place, Int64.self)
      let second = try bytes.number(at: place + 8, Int64.self)
      pairs.append((Int(first), Int(second)))
    }
    return pairs
  }
}

/// A FlatBuffer points outside itself.
struct FlatBufferError: Error {}

extension UnsafeRawBufferPointer {
  /// A little-endian number at `offset`.
  fileprivate func number<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, _ type: Value.Type
  ) throws(FlatBufferError) -> Value {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { throw FlatBufferError() }
    return Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
