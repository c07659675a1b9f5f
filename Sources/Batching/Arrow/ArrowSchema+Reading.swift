extension ArrowSchema {
  /// The most columns, and the deepest nesting, that are looked at.
  private static let limit = 64

  /// The schema that a message holds; `nil` if it has types that shard sets do not use.
  init?(flatBuffer table: FlatBufferTable) throws(FlatBufferError) {
    // Schema: endianness, fields.
    guard try table.number(0, or: Int16(0)) == 0 else { return nil }
    var fields: [ArrowField] = []
    for child in try table.tables(1, limit: Self.limit) {
      guard let field = try ArrowField(flatBuffer: child, depth: 0) else { return nil }
      fields.append(field)
    }
    self.fields = fields
  }
}

extension ArrowField {
  private static let deepest = 8

  /// Field: name, nullable, type_type, type, dictionary, children.
  fileprivate init?(flatBuffer table: FlatBufferTable, depth: Int) throws(FlatBufferError) {
    guard depth < Self.deepest, try !table.has(4), let name = try table.string(0) else {
      return nil
    }
    var children: [ArrowField] = []
    for child in try table.tables(5, limit: 64) {
      guard let field = try ArrowField(flatBuffer: child, depth: depth + 1) else { return nil }
      children.append(field)
    }
    let code = try table.number(2, or: UInt8(0))
    guard let details = try table.table(3),
      let type = try ArrowType(code: code, details: details, children: children)
    else { return nil }
    self.init(name, type)
  }
}

extension ArrowType {
  /// The type with this code; the name of a list's element does not matter.
  fileprivate init?(
    code: UInt8, details: FlatBufferTable, children: [ArrowField]
  ) throws(FlatBufferError) {
    switch code {
    case ArrowCode.int:
      guard try details.number(1, or: UInt8(0)) == 1 else { return nil }
      switch try details.number(0, or: Int32(0)) {
      case 8: self = .int8
      case 32: self = .int32
      default: return nil
      }
    case ArrowCode.floatingPoint:
      guard try details.number(0, or: Int16(0)) == ArrowCode.singlePrecision else { return nil }
      self = .float32
    case ArrowCode.bool: self = .bool
    case ArrowCode.utf8: self = .utf8
    case ArrowCode.list:
      guard children.count == 1 else { return nil }
      self = .list(children[0].type)
    case ArrowCode.structure: self = .structure(children)
    default: return nil
    }
  }
}
