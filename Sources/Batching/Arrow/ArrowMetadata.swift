/// Arrow's messages as FlatBuffers. The comments name the slots of `format/Message.fbs` and
/// `format/Schema.fbs`.
enum ArrowMetadata {
  /// The message that says which columns follow.
  static func schemaMessage(_ schema: ArrowSchema) -> [UInt8] {
    var writer = FlatBufferWriter()
    let fields = schema.fields.map { place(of: $0, in: &writer) }
    let list = writer.vector(fields)
    // Schema: endianness (0 = little), fields.
    let header = writer.table([.int16(0), .reference(list)])
    return finish(&writer, type: ArrowCode.schemaHeader, header: header, bodyLength: 0)
  }

  /// The message in front of a record batch's body.
  ///
  /// - Parameters:
  ///   - nodes: for each column and all below it, how many values and how many nulls.
  ///   - buffers: offset and length of each buffer in the body.
  static func recordBatchMessage(
    rows: Int, nodes: [(Int, Int)], buffers: [(Int, Int)], bodyLength: Int
  ) -> [UInt8] {
    var writer = FlatBufferWriter()
    let bufferList = writer.vector(buffers)
    let nodeList = writer.vector(nodes)
    // RecordBatch: length, nodes, buffers.
    let header = writer.table([
      .int64(Int64(rows)), .reference(nodeList), .reference(bufferList),
    ])
    return finish(
      &writer, type: ArrowCode.recordBatchHeader, header: header, bodyLength: bodyLength)
  }

  private static func finish(
    _ writer: inout FlatBufferWriter, type: UInt8, header: FlatBufferWriter.Place, bodyLength: Int
  ) -> [UInt8] {
    // Message: version, header_type, header, bodyLength.
    let message = writer.table([
      .int16(ArrowCode.version5), .int8(type), .reference(header), .int64(Int64(bodyLength)),
    ])
    return writer.finish(root: message)
  }

  private static func place(
    of field: ArrowField, in writer: inout FlatBufferWriter
  ) -> FlatBufferWriter.Place {
    let children = field.type.children.map { place(of: $0, in: &writer) }
    let childList = writer.vector(children)
    let (code, type) = typeTable(field.type, in: &writer)
    let name = writer.string(field.name)
    // Field: name, nullable, type_type, type, dictionary, children.
    return writer.table([
      .reference(name), .int8(1), .int8(code), .reference(type), .absent, .reference(childList),
    ])
  }

  private static func typeTable(
    _ type: ArrowType, in writer: inout FlatBufferWriter
  ) -> (UInt8, FlatBufferWriter.Place) {
    switch type {
    // Int: bitWidth, is_signed.
    case .int8: (ArrowCode.int, writer.table([.int32(8), .int8(1)]))
    case .int32: (ArrowCode.int, writer.table([.int32(32), .int8(1)]))
    // FloatingPoint: precision.
    case .float32: (ArrowCode.floatingPoint, writer.table([.int16(ArrowCode.singlePrecision)]))
    case .bool: (ArrowCode.bool, writer.table([]))
    case .utf8: (ArrowCode.utf8, writer.table([]))
    case .list: (ArrowCode.list, writer.table([]))
    case .structure: (ArrowCode.structure, writer.table([]))
    }
  }
}
