/// The filters of jinja2, by name.
///
/// Source: jinja2 3.1, `filters.py`; `tojson` is that of transformers.
enum Filters {
  /// A filter.
  struct Filter: Sendable {
    let apply: @Sendable (Value, Arguments, Run) throws -> Value
  }

  /// The filter `name`, if it is rendered here.
  static func named(_ name: String) -> Filter? { all[name].map { Filter(apply: $0) } }

  typealias Body = @Sendable (Value, Arguments, Run) throws -> Value

  private static let all: [String: Body] =
    [texts, sequences, ordering, numbers].reduce(into: [:]) { all, group in
      all.merge(group) { first, _ in first }
    }

  /// Those that jinja2 has and chat templates have no use for.
  static let refused: Set<String> = [
    "filesizeformat", "forceescape", "pprint", "random", "striptags", "truncate", "urlencode",
    "urlize", "wordwrap", "xmlattr",
  ]
}

extension Value {
  /// The value as a text, for filters that make one of what they are given.
  func requireText() throws -> Text { try PythonText.str(self) }

  /// - Throws: as Python raises `TypeError`, if it is no integer.
  func requireInteger() throws -> Int {
    guard let integer else {
      if case .undefined(let undefined) = self { throw undefined.error }
      throw JinjaError.failed("'\(typeName)' object cannot be interpreted as an integer")
    }
    return integer
  }
}
