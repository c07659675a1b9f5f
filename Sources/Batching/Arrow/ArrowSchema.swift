/// The types of Arrow that shard sets use.
indirect enum ArrowType: Equatable, Sendable {
  case int8
  case int32
  case float32
  case bool
  case utf8
  case list(ArrowType)
  case structure([ArrowField])

  /// The type below a list or a structure, in order.
  var children: [ArrowField] {
    switch self {
    case .list(let element): [ArrowField("item", element)]
    case .structure(let fields): fields
    default: []
    }
  }

  /// How many buffers a column of this type has, without those of its children: the validity
  /// bitmap, then offsets or values.
  var bufferCount: Int {
    switch self {
    case .structure: 1
    case .utf8: 3
    default: 2
    }
  }

  /// The types of a column and of all below it, in the order of Arrow's field nodes.
  var flattened: [ArrowType] { [self] + children.flatMap(\.type.flattened) }
}

/// A named column, or a member of a structure.
struct ArrowField: Equatable, Sendable {
  let name: String
  let type: ArrowType

  init(_ name: String, _ type: ArrowType) {
    self.name = name
    self.type = type
  }
}

/// The columns of a file.
struct ArrowSchema: Equatable, Sendable {
  let fields: [ArrowField]

  /// The types of all field nodes of a record batch, in order.
  var nodes: [ArrowType] { fields.flatMap(\.type.flattened) }
}

/// The codes of Arrow's metadata. Source: `format/Message.fbs` and `format/Schema.fbs` of Apache
/// Arrow, metadata version 5.
enum ArrowCode {
  static let continuation: UInt32 = 0xFFFF_FFFF
  static let version5: Int16 = 4
  static let schemaHeader: UInt8 = 1
  static let recordBatchHeader: UInt8 = 3
  static let int: UInt8 = 2
  static let floatingPoint: UInt8 = 3
  static let utf8: UInt8 = 5
  static let bool: UInt8 = 6
  static let list: UInt8 = 12
  static let structure: UInt8 = 13
  static let singlePrecision: Int16 = 1
}
