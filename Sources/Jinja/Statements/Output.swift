/// Text between tags.
struct DataOutput: Statement {
  let text: Text

  func execute(in run: Run) throws -> Flow {
    var text = text
    text.head.taken = run.focus
    try run.write(text)
    return .next
  }
}

/// `{{ expression }}`.
struct ValueOutput: Statement {
  let expression: any Expression
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    try run.write(try PythonText.str(try expression.value(in: run)))
    return .next
  }
}

/// `{% filter name %}…{% endfilter %}`.
struct FilterBlock: Statement {
  let filter: FilterExpression
  let body: [any Statement]
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    let text = try run.captureInScope { _ = try body.execute(in: run) }
    try run.write(try PythonText.str(try filter.apply(toBlock: text, in: run)))
    return .next
  }
}

/// `{% generation %}…{% endgeneration %}`: what the model writes.
struct GenerationBlock: Statement {
  let body: [any Statement]

  func execute(in run: Run) throws -> Flow {
    // transformers makes a call block of it, so it has a scope of its own.
    try run.within(Scope(in: run.scope)) {
      try run.generate { _ = try body.execute(in: run) }
    }
    return .next
  }
}

extension Run {
  /// What `body` writes, executed in a scope of its own.
  func captureInScope(_ body: () throws -> Void) throws -> Text {
    try within(Scope(in: scope)) { try capture(body) }
  }
}
