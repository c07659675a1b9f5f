/// The functions that every template can call.
enum Globals {
  typealias Function = @Sendable (Arguments, Run) throws -> Value

  static let all: [(name: String, function: Function)] = [
    ("range", range), ("dict", dict), ("namespace", namespace), ("joiner", joiner),
    ("cycler", cycler), ("lipsum", lipsum), ("raise_exception", raise), ("strftime_now", now),
  ]

  @Sendable private static func range(_ arguments: Arguments, _ run: Run) throws -> Value {
    let numbers = try arguments.positional.map { value in
      guard let integer = value.integer else {
        if case .undefined(let undefined) = value { throw undefined.error }
        throw JinjaError.failed(
          "'\(value.typeName)' object cannot be interpreted as an integer")
      }
      return integer
    }
    guard (1...3).contains(numbers.count), arguments.named.isEmpty else {
      throw JinjaError.failed("range expected 1 to 3 arguments")
    }
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw JinjaError.failed("range() arg 3 must not be zero") }
    let bounds = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    // Larger numbers could overflow where elements are counted; no range that long is allowed.
    guard numbers.allSatisfy({ $0.magnitude < 1 << 40 }) else { throw tooLong }
    let range = RangeValue(start: bounds.0, stop: bounds.1, step: step)
    guard range.count <= RangeValue.limit else { throw tooLong }
    return .range(range)
  }

  private static let tooLong = JinjaError.failed(
    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (\(RangeValue.limit)).")

  @Sendable private static func dict(_ arguments: Arguments, _ run: Run) throws -> Value {
    .dict(DictValue(try entries(of: arguments, function: "dict")))
  }

  /// The entries of `dict(mapping or pairs, name=value)`.
  private static func entries(
    of arguments: Arguments, function: String
  ) throws -> [DictValue.Entry] {
    guard arguments.positional.count <= 1 else {
      throw JinjaError.failed("\(function) expected at most 1 argument")
    }
    var entries: [DictValue.Entry] = []
    switch arguments.positional.first {
    case nil: break
    case .dict(let dict): entries = dict.entries
    case let value?:
      for pair in try value.iterated() {
        let elements = try pair.iterated()
        guard elements.count == 2 else {
          throw JinjaError.failed("dictionary update sequence element has not length 2")
        }
        try elements[0].requireHashable()
        entries.replaceOrAppend(.init(elements[0], elements[1]))
      }
    }
    for (name, value) in arguments.named {
      entries.replaceOrAppend(.init(.text(Text(name, origin: .template)), value))
    }
    return entries
  }

  @Sendable private static func namespace(_ arguments: Arguments, _ run: Run) throws -> Value {
    let namespace = NamespaceValue()
    for entry in try entries(of: arguments, function: "namespace") {
      if let name = entry.key.text { namespace.set(name, to: entry.value) }
    }
    return .namespace(namespace)
  }

  @Sendable private static func joiner(_ arguments: Arguments, _ run: Run) throws -> Value {
    let values = try arguments.matched(to: ["sep"], of: "joiner()")
    let separator = values[0] ?? .text(Text(", ", origin: .template))
    let used = NamespaceValue()
    let key = Text("used")
    return .callable(
      FunctionValue(name: "joiner") { _, _ in
        if used.value(key) != nil { return separator }
        used.set(key, to: .bool(true))
        return .text(.empty)
      })
  }

  @Sendable private static func cycler(_ arguments: Arguments, _ run: Run) throws -> Value {
    throw JinjaError.unsupported("the function `cycler`")
  }

  @Sendable private static func lipsum(_ arguments: Arguments, _ run: Run) throws -> Value {
    throw JinjaError.unsupported("the function `lipsum`, whose text is random,")
  }

  @Sendable private static func raise(_ arguments: Arguments, _ run: Run) throws -> Value {
    let values = try arguments.matched(to: ["message"], of: "raise_exception()", required: 1)
    throw JinjaError(.refused, try PythonText.str(values[0] ?? .null).string)
  }

  @Sendable private static func now(_ arguments: Arguments, _ run: Run) throws -> Value {
    let values = try arguments.matched(to: ["format"], of: "strftime_now()", required: 1)
    guard let format = values[0]?.text else {
      throw JinjaError.failed("strftime() argument 1 must be str")
    }
    return .text(Text(try run.date.formatted(format.string), origin: .computed))
  }
}
