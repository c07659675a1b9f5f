/// `value | name(arguments)`.
struct FilterExpression: Expression {
  /// What is filtered; `nil` in blocks, where the block's text is.
  let input: (any Expression)?
  let filter: Filters.Filter
  let arguments: ArgumentList
  let line: Int

  func value(in run: Run) throws -> Value {
    guard let input else { throw JinjaError.failed("a filter without input") }
    return try apply(to: try input.value(in: run), in: run)
  }

  /// The filtered value; a filter before this one is applied first.
  func apply(to value: Value, in run: Run) throws -> Value {
    try run.step()
    let arguments = try arguments.values(in: run)
    run.line = line
    return try filter.apply(value, arguments, run)
  }

  /// Applies a chain of filters to a block's text.
  func apply(toBlock text: Text, in run: Run) throws -> Value {
    if let before = input as? FilterExpression {
      return try apply(to: try before.apply(toBlock: text, in: run), in: run)
    }
    return try apply(to: .text(text), in: run)
  }
}

/// `value is name(arguments)`.
struct TestExpression: Expression {
  let input: any Expression
  let test: ValueTests.Test
  let arguments: ArgumentList

  func value(in run: Run) throws -> Value {
    let value = try input.value(in: run)
    return .bool(try test.holds(value, try arguments.values(in: run), run))
  }
}

/// A filter or test that jinja2 does not have either: an error when it is reached.
struct UnknownName: Expression {
  let error: JinjaError

  func value(in run: Run) throws -> Value { throw error }
}
