/// The tests of jinja2: what stands behind `is`.
///
/// Source: jinja2 3.1, `tests.py`.
enum ValueTests {
  /// A test.
  struct Test: Sendable {
    let holds: @Sendable (Value, Arguments, Run) throws -> Bool
  }

  /// The test `name`, if there is one.
  static func named(_ name: String) -> Test? { all[name].map { Test(holds: $0) } }

  private typealias Body = @Sendable (Value, Arguments, Run) throws -> Bool

  private static let all: [String: Body] =
    [kinds, comparisons, properties].reduce(into: [:]) { all, group in
      all.merge(group) { first, _ in first }
    }

  private static let kinds: [String: Body] = [
    "defined": { value, _, _ in !value.isUndefined },
    "undefined": { value, _, _ in value.isUndefined },
    "none": { value, _, _ in value.isNone },
    "string": { value, _, _ in value.text != nil },
    "mapping": { value, _, _ in if case .dict = value { true } else { false } },
    "boolean": { value, _, _ in if case .bool = value { true } else { false } },
    "true": { value, _, _ in if case .bool(true) = value { true } else { false } },
    "false": { value, _, _ in if case .bool(false) = value { true } else { false } },
    "integer": { value, _, _ in if case .integer = value { true } else { false } },
    "float": { value, _, _ in if case .float = value { true } else { false } },
    "number": { value, _, _ in value.double != nil },
    "callable": { value, _, _ in
      if case .callable = value { return true }
      // Undefined has a `__call__`, which raises.
      return value.isUndefined
    },
    "iterable": { value, _, _ in
      switch value {
      case .undefined, .text, .list, .dict, .range, .stream: return true
      case .callable(let callable): return callable is LoopValue
      case .null, .bool, .integer, .float, .namespace: return false
      }
    },
    "sequence": { value, _, _ in
      switch value {
      case .undefined, .text, .dict, .range: true
      case .list(let list): list.isIndexable
      default: false
      }
    },
    "escaped": { value, _, _ in value.text?.isMarkup ?? false },
    "filter": { value, _, _ in
      let name = try value.requireText().string
      return Filters.named(name) != nil || Filters.refused.contains(name)
    },
    "test": { value, _, _ in named(try value.requireText().string) != nil },
  ]

  private static let comparisons: [String: Body] = {
    let operators: [(Comparison.Operator, [String])] = [
      (.equal, ["==", "eq", "equalto"]), (.unequal, ["!=", "ne"]),
      (.less, ["<", "lt", "lessthan"]), (.lessOrEqual, ["<=", "le"]),
      (.greater, [">", "gt", "greaterthan"]), (.greaterOrEqual, [">=", "ge"]), (.isIn, ["in"]),
    ]
    var tests: [String: Body] = [:]
    for (comparison, names) in operators {
      for name in names {
        tests[name] = { value, arguments, _ in
          try Comparison.holds(value, comparison, try single(arguments, of: name))
        }
      }
    }
    return tests
  }()

  private static let properties: [String: Body] = [
    "odd": { value, _, _ in try remainder(value, 2) == 1 },
    "even": { value, _, _ in try remainder(value, 2) == 0 },
    "divisibleby": { value, arguments, _ in
      let divisor = try single(arguments, of: "divisibleby").requireInteger()
      return try remainder(value, divisor) == 0
    },
    "lower": { value, _, run in
      try TextMethods(text: try value.requireText(), name: "islower", run: run)
        .call(Arguments()).isTrue
    },
    "upper": { value, _, run in
      try TextMethods(text: try value.requireText(), name: "isupper", run: run)
        .call(Arguments()).isTrue
    },
    "sameas": { value, arguments, _ in
      let other = try single(arguments, of: "sameas")
      switch (value, other) {
      case (.null, .null): return true
      case (.bool(let left), .bool(let right)): return left == right
      case (.list(let left), .list(let right)): return left === right
      case (.dict(let left), .dict(let right)): return left === right
      case (.integer(let left), .integer(let right)): return left == right
      default: return false
      }
    },
  ]

  @Sendable private static func single(_ arguments: Arguments, of name: String) throws -> Value {
    let values = try arguments.matched(to: ["other"], of: "test '\(name)'", required: 1)
    return values[0] ?? .null
  }

  /// Python's `value % divisor` for integers.
  @Sendable private static func remainder(_ value: Value, _ divisor: Int) throws -> Int {
    let number = try value.requireInteger()
    guard divisor != 0 else { throw JinjaError.failed("integer modulo by zero") }
    guard divisor != -1 else { return 0 }
    let remainder = number % divisor
    return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
  }
}
