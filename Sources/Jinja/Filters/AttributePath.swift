/// An attribute as filters name it: `"function.name"`, or an index.
///
/// Source: jinja2 3.1, `filters.make_attrgetter`.
struct AttributePath {
  private let keys: [Value]

  /// - Throws: nothing; any value is a path.
  init(_ value: Value) throws {
    guard let text = value.text else {
      keys = [value]
      return
    }
    keys = text.string.split(separator: ".", omittingEmptySubsequences: false).map { part in
      if part.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(part) {
        return .integer(index)
      }
      return .text(Text(String(part), origin: .template))
    }
  }

  /// What lies there; `fallback` where a step is undefined.
  func value(of object: Value, fallback: Value? = nil) throws -> Value {
    var value = object
    for key in keys {
      value = try value.element(key)
      if value.isUndefined, let fallback { value = fallback }
    }
    return value
  }
}
