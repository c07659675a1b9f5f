/// Where a value is put.
indirect enum Target: Sendable {
  case name(Int)
  case attribute(namespace: Int, name: AttributeName)
  case tuple([Target])

  /// Puts it there.
  ///
  /// - Throws: as Python and jinja2 do, for a tuple of another length, or an object that is no
  ///   namespace.
  func assign(_ value: Value, in run: Run) throws {
    switch self {
    case .name(let number): run.scope.set(number, to: value)
    case .attribute(let number, let name):
      guard case .namespace(let namespace) = run.value(number) else {
        throw JinjaError.failed("cannot assign attribute on non-namespace object")
      }
      namespace.set(name.text, to: value)
    case .tuple(let targets):
      let values = try value.iterated()
      guard values.count == targets.count else {
        throw JinjaError.failed(
          values.count < targets.count
            ? "not enough values to unpack (expected \(targets.count), got \(values.count))"
            : "too many values to unpack (expected \(targets.count))")
      }
      for (target, value) in zip(targets, values) { try target.assign(value, in: run) }
    }
  }
}

/// `{% set target = expression %}`.
struct SetStatement: Statement {
  let target: Target
  let expression: any Expression
  let isInLoop: Bool
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    let value = try expression.value(in: run)
    try target.assign(value, in: run)
    if isInLoop { run.bound(value) }
    return .next
  }
}

/// `{% set target %}…{% endset %}`.
struct SetBlock: Statement {
  let target: Target
  let filter: FilterExpression?
  let body: [any Statement]
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    let text = try run.captureInScope { _ = try body.execute(in: run) }
    let value = try filter?.apply(toBlock: text, in: run) ?? .text(text)
    try target.assign(value, in: run)
    return .next
  }
}

/// `{% with a = b %}…{% endwith %}`: the values see none of the new names.
struct WithStatement: Statement {
  let bindings: [(target: Target, value: any Expression)]
  let body: [any Statement]
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    let values = try bindings.map { try $0.value.value(in: run) }
    return try run.within(Scope(in: run.scope)) {
      for (binding, value) in zip(bindings, values) { try binding.target.assign(value, in: run) }
      return try body.execute(in: run)
    }
  }
}
