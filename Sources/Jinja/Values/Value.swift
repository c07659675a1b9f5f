/// A Python value, as a template sees it.
package enum Value {
  case undefined(Undefined)
  case null
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case text(Text)
  case list(ListValue)
  case dict(DictValue)
  case range(RangeValue)
  case stream(StreamValue)
  case namespace(NamespaceValue)
  case callable(any Callable)

  /// A list of values.
  package static func list(_ elements: [Value], _ origin: Origin = .computed) -> Value {
    .list(ListValue(elements, .list, origin: origin))
  }

  static func tuple(_ elements: [Value]) -> Value { .list(ListValue(elements, .tuple)) }

  static func stream(of elements: [Value]) -> Value { .stream(StreamValue(elements)) }

  /// The text, if this is one.
  package var text: Text? { if case .text(let text) = self { text } else { nil } }

  /// The integer, if this is one; truth values are integers too.
  var integer: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number, if this is one.
  var double: Double? {
    if case .float(let value) = self { return value }
    return integer.map { Double($0) }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  var isNone: Bool { if case .null = self { true } else { false } }

  /// The name of its type, as Python's messages give it.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .null: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .float: "float"
    case .text(let text): text.isMarkup ? "Markup" : "str"
    case .list(let list): list.kind.typeName
    case .dict: "dict"
    case .range: "range"
    case .stream: "generator"
    case .namespace: "Namespace"
    case .callable(let callable): callable.typeName
    }
  }

  /// Python's truth.
  ///
  /// - Throws: nothing of its own; Undefined is false.
  var isTrue: Bool {
    switch self {
    case .undefined, .null: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .text(let text): !text.isEmpty && text.count > 0
    case .list(let list): !list.elements.isEmpty
    case .dict(let dict): !dict.entries.isEmpty
    case .range(let range): range.count > 0
    case .stream, .namespace, .callable: true
    }
  }
}
