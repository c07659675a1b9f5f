internal import Artifacts

/// Reads the lists of integers of an Arrow IPC stream of anybody's, batch by batch: any width, 32- or
/// 64-bit offsets, any chunking, nulls, and other columns beside them.
///
/// Every offset is checked before it is followed. Compressed files, and files with types whose layout
/// is not known here, are read through the Arrow plug-in.
final class ForeignArrowFile {
  private let file: MappedFile
  private let schema: ForeignArrowSchema
  private var messages: ArrowMessages
  /// The code of messages that hold a dictionary. Source: `format/Message.fbs`.
  private static let dictionaryHeader: UInt8 = 2

  /// Opens a file; `nil` if only the plug-in can read it.
  ///
  /// - Throws: `missingFile`, `unreadable`; `malformed`.
  init?(_ path: String) throws {
    let file = try MappedFile(path)
    var messages = ArrowMessages(file)
    guard let first = try messages.next(), first.type == ArrowCode.schemaHeader else {
      throw messages.malformed("it does not begin with a schema")
    }
    let schema = try messages.checked { () throws(FlatBufferError) in
      try ForeignArrowSchema(flatBuffer: first.header)
    }
    guard let schema, try Self.isPlain(messages) else { return nil }
    (self.file, self.schema, self.messages) = (file, schema, messages)
  }

  /// Whether the first record batch is not compressed.
  private static func isPlain(_ messages: ArrowMessages) throws -> Bool {
    var ahead = messages
    while let message = try ahead.next() {
      guard message.type == ArrowCode.recordBatchHeader else { continue }
      return try ahead.checked { () throws(FlatBufferError) in try !message.header.has(3) }
    }
    return true
  }

  /// The next record batch; `nil` at the end.
  ///
  /// - Throws: `malformed`.
  func next() throws -> ForeignRows? {
    while let message = try messages.next() {
      if message.type == Self.dictionaryHeader { continue }
      guard message.type == ArrowCode.recordBatchHeader else {
        throw messages.malformed("it holds a message that is no record batch")
      }
      return try rows(of: message)
    }
    return nil
  }

  private func rows(of message: ArrowMessages.Message) throws -> ForeignRows {
    let (count, nodes, buffers) = try messages.checked { () throws(FlatBufferError) in
      (
        try message.header.number(0, or: Int64(0)),
        try message.header.pairs(1, limit: schema.nodeCount),
        try message.header.pairs(2, limit: schema.bufferCount)
      )
    }
    guard nodes.count == schema.nodeCount, buffers.count == schema.bufferCount, count >= 0 else {
      throw messages.malformed("a record batch has not the schema's columns")
    }
    var rows = ForeignRows(rowCount: Int(count))
    for column in schema.columns {
      let reader = Reader(body: message.body, buffers: buffers, column: column)
      guard nodes[column.node].0 == Int(count),
        let values = reader.values(
          rows: Int(count), nulls: nodes[column.node].1, elements: nodes[column.node + 1])
      else {
        throw messages.malformed("the column `\(column.name.rawValue)` is not what its offsets say")
      }
      rows.columns[column.name] = values
    }
    return rows
  }

  /// Reads one column out of a record batch's body.
  private struct Reader {
    let body: UnsafeRawBufferPointer
    let buffers: [(Int, Int)]
    let column: ForeignArrowSchema.Column

    /// The bytes of a buffer; `nil` if it lies outside of the body.
    private func bytes(_ index: Int) -> UnsafeRawBufferPointer? {
      let (offset, length) = buffers[column.buffer + index]
      guard offset >= 0, length >= 0, offset <= body.count, length <= body.count - offset else {
        return nil
      }
      return UnsafeRawBufferPointer(rebasing: body[offset..<offset + length])
    }

    /// All rows; `nil` if something lies outside.
    func values(rows: Int, nulls: Int, elements: (Int, Int)) -> ForeignColumn? {
      guard elements.0 >= 0, let validity = bytes(0), let offsets = bytes(1),
        let elementValidity = bytes(2), let content = bytes(3),
        let starts = starts(rows, in: offsets, upTo: elements.0),
        content.count >= (elements.0 * column.width + 7) / 8,
        nulls == 0 || validity.count >= (rows + 7) / 8,
        elements.1 == 0 || elementValidity.count >= (elements.0 + 7) / 8
      else { return nil }
      var result = ForeignColumn()
      result.values = convert(content, starts[0]..<starts[rows])
      result.offsets = starts.map { $0 - starts[0] }
      for row in 0..<rows where nulls != 0 && !Self.bit(row, of: validity) {
        result.nullRows.insert(row)
      }
      for index in starts[0]..<starts[rows]
      where elements.1 != 0 && !Self.bit(index, of: elementValidity) {
        result.values[index - starts[0]] = ForeignColumn.impossible
      }
      return result
    }

    private static func bit(_ index: Int, of bytes: UnsafeRawBufferPointer) -> Bool {
      bytes[index / 8] & (1 << (index % 8)) != 0
    }

    /// The offsets; `nil` if they are too few, fall, or reach too far.
    private func starts(
      _ rows: Int, in bytes: UnsafeRawBufferPointer, upTo count: Int
    ) -> [Int]? {
      let size = column.isLarge ? 8 : 4
      // A column without rows may have no offsets at all.
      if rows == 0 { return [0] }
      guard bytes.count / size > rows else { return nil }
      let starts = (0...rows).map { row -> Int in
        column.isLarge
          ? Int(bytes.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))
          : Int(bytes.loadUnaligned(fromByteOffset: row * 4, as: Int32.self))
      }
      guard starts[0] >= 0, starts[rows] <= count,
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else { return nil }
      return starts
    }

    private func convert(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [Int32] {
      switch (column.width, column.isSigned) {
      case (1, _): range.map { Self.bit($0, of: bytes) ? 1 : 0 }
      case (8, true): convert(bytes, range, Int8.self)
      case (8, false): convert(bytes, range, UInt8.self)
      case (16, true): convert(bytes, range, Int16.self)
      case (16, false): convert(bytes, range, UInt16.self)
      case (32, true): convert(bytes, range, Int32.self)
      case (32, false): convert(bytes, range, UInt32.self)
      case (_, true): convert(bytes, range, Int64.self)
      case (_, false): convert(bytes, range, UInt64.self)
      }
    }

    private func convert<Value: FixedWidthInteger & BitwiseCopyable>(
      _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ type: Value.Type
    ) -> [Int32] {
      let size = MemoryLayout<Value>.size
      return range.map {
        ForeignColumn.narrowed(bytes.loadUnaligned(fromByteOffset: $0 * size, as: type))
      }
    }
  }
}
