/// Filters of sequences and mappings.
extension Filters {
  static let sequences: [String: Body] = [
    "length": { value, _, _ in .integer(try value.length()) },
    "count": { value, _, _ in .integer(try value.length()) },
    "list": { value, _, _ in .list(try value.iterated(), value.listOrigin) },
    "first": { value, _, _ in
      if case .stream(let stream) = value { return stream.next() ?? missing("first") }
      return try value.iterated().first ?? missing("first")
    },
    "last": { value, _, _ in
      if case .stream = value { throw JinjaError.failed("'generator' object is not reversible") }
      return try value.iterated().last ?? missing("last")
    },
    "items": { value, _, _ in
      if case .undefined = value { return .stream(of: []) }
      guard case .dict(let dict) = value else {
        throw JinjaError.failed("Can only get item pairs from a mapping.")
      }
      return .stream(of: dict.items)
    },
    "reverse": { value, _, _ in
      if case .text(let text) = value {
        return .text(text.slice(PythonSlice(start: nil, stop: nil, step: -1)))
      }
      return .stream(of: try value.iterated().reversed())
    },
    "map": map,
    "select": { try chosen($0, $1, $2, isWanted: true, byAttribute: false) },
    "reject": { try chosen($0, $1, $2, isWanted: false, byAttribute: false) },
    "selectattr": { try chosen($0, $1, $2, isWanted: true, byAttribute: true) },
    "rejectattr": { try chosen($0, $1, $2, isWanted: false, byAttribute: true) },
    "batch": batch, "slice": slice,
    "attr": { value, arguments, _ in
      let values = try arguments.matched(to: ["name"], of: "attr", required: 1)
      let name = AttributeName(try (values[0] ?? .null).requireText())
      // `attr` looks at attributes only, never at a dictionary's keys.
      if case .dict = value, name.owners.isDisjoint(with: .dict) {
        return .undefined(Undefined(.attribute(name.string, of: "dict")))
      }
      return try value.attribute(name)
    },
  ]

  private static func missing(_ which: String) -> Value {
    .undefined(Undefined(.other("No \(which) item, sequence was empty.")))
  }

  /// `map('filter', …)` or `map(attribute='name', default=…)`.
  private static let map: Body = { value, arguments, run in
    // As in jinja2, nothing is looked at where there is nothing to go through, not even `none`.
    guard value.isTrue else { return .stream(of: []) }
    var rest = arguments
    if arguments.positional.isEmpty,
      let first = arguments.named.first(where: { $0.name == "attribute" })
    {
      let path = try AttributePath(first.value)
      let fallback = arguments.named.first { $0.name == "default" }?.value
      guard arguments.named.count == (fallback == nil ? 1 : 2) else {
        throw JinjaError.failed("Unexpected keyword argument")
      }
      return .stream(of: try value.iterated().map { try path.value(of: $0, fallback: fallback) })
    }
    guard !rest.positional.isEmpty else {
      throw JinjaError.failed("map requires a filter argument")
    }
    let name = try rest.positional.removeFirst().requireText().string
    guard let filter = named(name) else {
      throw refused.contains(name)
        ? JinjaError.unsupported("the filter `\(name)`")
        : JinjaError.failed("No filter named '\(name)'.")
    }
    return .stream(of: try value.iterated().map { try filter.apply($0, rest, run) })
  }

  /// `select`, `reject` and their forms for attributes.
  private static func chosen(
    _ value: Value, _ arguments: Arguments, _ run: Run, isWanted: Bool, byAttribute: Bool
  ) throws -> Value {
    guard value.isTrue else { return .stream(of: []) }
    var rest = arguments
    var path: AttributePath?
    if byAttribute {
      guard !rest.positional.isEmpty else {
        throw JinjaError.failed("Missing parameter for attribute name")
      }
      path = try AttributePath(rest.positional.removeFirst())
    }
    var test: ValueTests.Test?
    if !rest.positional.isEmpty {
      let name = try rest.positional.removeFirst().requireText().string
      guard let found = ValueTests.named(name) else {
        throw JinjaError.failed("No test named '\(name)'.")
      }
      test = found
    }
    let elements = try value.iterated().filter { element in
      let subject = try path?.value(of: element) ?? element
      return try (test?.holds(subject, rest, run) ?? subject.isTrue) == isWanted
    }
    return .stream(of: elements)
  }

  private static let batch: Body = { value, arguments, _ in
    let values = try arguments.matched(to: ["linecount", "fill_with"], of: "batch", required: 1)
    let count = try (values[0] ?? .null).requireInteger()
    guard count > 0 else { throw JinjaError.unsupported("a batch of \(count) elements") }
    let elements = try value.iterated()
    var batches = stride(from: 0, to: elements.count, by: count).map {
      Array(elements[$0..<min($0 + count, elements.count)])
    }
    if let fill = values[1], !fill.isNone, let last = batches.popLast() {
      batches.append(last + [Value](repeating: fill, count: count - last.count))
    }
    return .stream(of: batches.map { .list($0) })
  }

  private static let slice: Body = { value, arguments, _ in
    let values = try arguments.matched(to: ["slices", "fill_with"], of: "slice", required: 1)
    let slices = try (values[0] ?? .null).requireInteger()
    guard slices > 0, slices <= RangeValue.limit else {
      throw JinjaError.failed("integer division or modulo by zero")
    }
    let elements = try value.iterated()
    let (size, larger) = elements.count.quotientAndRemainder(dividingBy: slices)
    var start = 0
    let parts = (0..<slices).map { index in
      let end = start + size + (index < larger ? 1 : 0)
      defer { start = end }
      let isShort = larger > 0 && index >= larger
      let fill = values[1].flatMap { $0.isNone || !isShort ? nil : [$0] } ?? []
      return Value.list(Array(elements[start..<end]) + fill)
    }
    return .stream(of: parts)
  }
}

extension Value {
  /// The origin that a list of this value's elements takes over.
  var listOrigin: Origin {
    switch self {
    case .list(let list): list.origin
    case .dict(let dict): dict.origin
    default: .computed
    }
  }
}
