/// Methods of Python's types, by name.
enum Methods {
  /// Calls a method that `MethodOwners` says the receiver has.
  ///
  /// - Throws: as Python raises; `unsupported`, by name, for methods that are not rendered here.
  static func call(
    _ name: String, of receiver: Value, _ arguments: Arguments, in run: Run
  ) throws -> Value {
    switch receiver {
    case .text(let text):
      return try TextMethods(text: text, name: name, run: run).call(arguments)
    case .dict(let dict): return try call(name, of: dict, arguments)
    case .list(let list): return try call(name, of: list, arguments)
    default: throw unsupported(name, receiver)
    }
  }

  static func unsupported(_ name: String, _ receiver: Value) -> JinjaError {
    .unsupported("the method `\(name)` of \(receiver.typeName)")
  }

  private static func call(
    _ name: String, of dict: DictValue, _ arguments: Arguments
  ) throws -> Value {
    switch name {
    case "get":
      let values = try arguments.matched(to: ["key", "default"], of: "get()", required: 1)
      let key = values[0] ?? .null
      try key.requireHashable()
      return dict.value(key) ?? values[1] ?? .null
    case "items": return .list(ListValue(dict.items, .items, origin: dict.origin))
    case "keys": return .list(ListValue(dict.keys, .keys, origin: dict.origin))
    case "values": return .list(ListValue(dict.values, .values, origin: dict.origin))
    case "copy": return .dict(dict)
    default: throw unsupported(name, .dict(dict))
    }
  }

  private static func call(
    _ name: String, of list: ListValue, _ arguments: Arguments
  ) throws -> Value {
    switch name {
    case "count":
      let values = try arguments.matched(to: ["value"], of: "count()", required: 1)
      let wanted = values[0] ?? .null
      return .integer(list.elements.count { $0.equals(wanted) })
    case "index":
      let values = try arguments.matched(to: ["value"], of: "index()", required: 1)
      let wanted = values[0] ?? .null
      guard let index = list.elements.firstIndex(where: { $0.equals(wanted) }) else {
        throw JinjaError.failed("the value is not in list")
      }
      return .integer(index)
    case "copy": return .list(list)
    default: throw unsupported(name, .list(list))
    }
  }
}
