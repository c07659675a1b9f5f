package import Artifacts

extension Value {
  /// A JSON value as Python reads it: all its texts, and what is written around them, of one origin.
  package init(_ json: JSONValue, origin: Origin) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(Int(value))
    case .number(let value): self = .float(value)
    case .string(let text): self = .text(Text(text, origin: origin))
    case .array(let values): self = .list(values.map { Value($0, origin: origin) }, origin)
    case .object(let object): self = .dict(DictValue(object, origin: origin))
    }
  }
}

extension DictValue {
  /// A JSON object; of a repeated key the last value counts.
  package convenience init(
    _ object: JSONObject, origin: Origin, mark: Int32 = Focus.nothing
  ) {
    var entries: [Entry] = []
    for pair in object.pairs {
      entries.replaceOrAppend(
        Entry(.text(Text(pair.key, origin: origin)), Value(pair.value, origin: origin)))
    }
    self.init(entries, origin: origin, mark: mark)
  }
}
