/// `{% if %}…{% elif %}…{% else %}…{% endif %}`; it has no scope of its own.
struct IfStatement: Statement {
  let branches: [(condition: any Expression, body: [any Statement], line: Int)]
  let otherwise: [any Statement]

  func execute(in run: Run) throws -> Flow {
    for (condition, body, line) in branches {
      run.line = line
      if try condition.value(in: run).isTrue { return try body.execute(in: run) }
    }
    return try otherwise.execute(in: run)
  }
}
