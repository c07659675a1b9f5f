internal import Artifacts

/// The columns of an Arrow file of anybody's, as far as one must know them to find a list of integers
/// among them: how many nodes and buffers each has.
struct ForeignArrowSchema {
  /// A list of integers, and where its nodes and buffers stand in a record batch.
  struct Column {
    let name: ForeignColumnName
    /// Whether offsets have 64 bits.
    let isLarge: Bool
    /// The width of a value in bits; 1 for Booleans.
    let width: Int
    let isSigned: Bool
    let node: Int
    let buffer: Int
  }

  private(set) var columns: [Column] = []
  private(set) var nodeCount = 0
  private(set) var bufferCount = 0

  /// Arrow's codes of types that are no shard set's. Source: `format/Schema.fbs`, union `Type`.
  private enum Code {
    static let null: UInt8 = 1
    static let largeList: UInt8 = 21
    /// Fixed-size lists have no offsets.
    static let fixedSizeList: UInt8 = 16
    /// Binary, Utf8, LargeBinary, LargeUtf8.
    static let withThreeBuffers: Set<UInt8> = [4, 5, 19, 20]
    /// Int, FloatingPoint, Bool, Decimal, Date, Time, Timestamp, Interval, List, FixedSizeBinary,
    /// Map, Duration, LargeList.
    static let withTwoBuffers: Set<UInt8> = [2, 3, 6, 7, 8, 9, 10, 11, 12, 15, 17, 18, 21]
  }

  private static let mostFields = 4_096
  private static let deepest = 32

  /// The schema that a message holds; `nil` if it has a type of which the layout is not known here
  /// (views, unions, run-end encoding), or a column of tokens that is another kind of list.
  init?(flatBuffer table: FlatBufferTable) throws(FlatBufferError) {
    guard try table.number(0, or: Int16(0)) == 0 else { return nil }
    for field in try table.tables(1, limit: Self.mostFields) {
      let (node, buffer) = (nodeCount, bufferCount)
      guard try count(field, depth: 0) else { return nil }
      guard let name = try field.string(0).flatMap({ ForeignColumnName(rawValue: $0) }) else {
        continue
      }
      guard let column = try Self.column(name, field, node: node, buffer: buffer) else {
        return nil
      }
      columns.append(column)
    }
  }

  /// Counts the nodes and buffers of a field; `false` if its layout is not known.
  private mutating func count(_ field: FlatBufferTable, depth: Int) throws(FlatBufferError) -> Bool
  {
    guard depth < Self.deepest else { return false }
    nodeCount += 1
    // A field with a dictionary holds indices; its values come in messages of their own.
    if try field.has(4) {
      bufferCount += 2
      return true
    }
    let code = try field.number(2, or: UInt8(0))
    switch code {
    case Code.null: break
    case ArrowCode.structure, Code.fixedSizeList: bufferCount += 1
    case _ where Code.withThreeBuffers.contains(code): bufferCount += 3
    case _ where Code.withTwoBuffers.contains(code): bufferCount += 2
    default: return false
    }
    for child in try field.tables(5, limit: Self.mostFields) {
      guard try count(child, depth: depth + 1) else { return false }
    }
    return true
  }

  /// The field as a list of integers; `nil` if it is something else.
  private static func column(
    _ name: ForeignColumnName, _ field: FlatBufferTable, node: Int, buffer: Int
  ) throws(FlatBufferError) -> Column? {
    let code = try field.number(2, or: UInt8(0))
    guard code == ArrowCode.list || code == Code.largeList, try !field.has(4),
      let child = try field.tables(5, limit: 1).first, let details = try child.table(3)
    else { return nil }
    let isLarge = code == Code.largeList
    switch try child.number(2, or: UInt8(0)) {
    case ArrowCode.int:
      let width = Int(try details.number(0, or: Int32(0)))
      guard [8, 16, 32, 64].contains(width), try !child.has(4) else { return nil }
      return Column(
        name: name, isLarge: isLarge, width: width,
        isSigned: try details.number(1, or: UInt8(0)) == 1, node: node, buffer: buffer)
    case ArrowCode.bool:
      return Column(
        name: name, isLarge: isLarge, width: 1, isSigned: false, node: node, buffer: buffer)
    default: return nil
    }
  }
}
