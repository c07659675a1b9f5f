/// Something that a template does.
protocol Statement: Sendable {
  /// Does it.
  ///
  /// - Returns: how things go on.
  /// - Throws: `JinjaError`.
  func execute(in run: Run) throws -> Flow
}

/// How things go on behind a statement.
enum Flow {
  case next, breakLoop, continueLoop
}

extension [any Statement] {
  /// Does one after the other, until one leaves the loop.
  func execute(in run: Run) throws -> Flow {
    for statement in self {
      let flow = try statement.execute(in: run)
      if flow != .next { return flow }
    }
    return .next
  }
}
