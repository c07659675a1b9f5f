/// A variable.
struct Name: Expression {
  let number: Int

  func value(in run: Run) -> Value { run.value(number) }
}

/// `object.name`.
struct Attribute: Expression {
  let object: any Expression
  let name: AttributeName

  func value(in run: Run) throws -> Value {
    run.taken(try object.value(in: run).attribute(name))
  }
}

/// `object[key]`.
struct Element: Expression {
  let object: any Expression
  let key: any Expression

  func value(in run: Run) throws -> Value {
    let object = try object.value(in: run)
    return run.taken(try object.element(try key.value(in: run)))
  }
}

/// `object[start:stop:step]`.
struct SliceExpression: Expression {
  let object: any Expression
  let start: (any Expression)?
  let stop: (any Expression)?
  let step: (any Expression)?

  func value(in run: Run) throws -> Value {
    let object = try object.value(in: run)
    let step = try bound(step, in: run) ?? 1
    guard step != 0 else { throw JinjaError.failed("slice step cannot be zero") }
    return try object.slice(
      PythonSlice(start: try bound(start, in: run), stop: try bound(stop, in: run), step: step))
  }

  private func bound(_ expression: (any Expression)?, in run: Run) throws -> Int? {
    guard let value = try expression?.value(in: run), !value.isNone else { return nil }
    guard let index = value.integer else {
      throw JinjaError.failed("slice indices must be integers or None")
    }
    return index
  }
}

extension Run {
  /// A value that was taken from an object, with a note of what the template was busy with.
  func taken(_ value: Value) -> Value {
    guard focus != Focus.nothing, case .text(var text) = value, text.head.taken == Focus.nothing
    else { return value }
    text.head.taken = focus
    return .text(text)
  }
}
