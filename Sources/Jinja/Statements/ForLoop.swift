/// `{% for target in iterable if condition %}…{% else %}…{% endfor %}`.
struct ForLoop: Statement {
  let target: Target
  let iterable: any Expression
  let condition: (any Expression)?
  let body: [any Statement]
  let otherwise: [any Statement]
  let isRecursive: Bool
  /// The number of the name `loop`.
  let loopName: Int
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    try loop(over: try iterable.value(in: run), depth0: 0, in: run)
    return .next
  }

  private func loop(over value: Value, depth0: Int, in run: Run) throws {
    let elements = try chosen(of: try value.iterated(), in: run)
    guard !elements.isEmpty else {
      return try run.within(Scope(in: run.scope)) { _ = try otherwise.execute(in: run) }
    }
    let outer = run.scope
    let loop = LoopValue(elements, depth0: depth0, recursion: recursion(in: outer, of: run))
    var scope = Scope(in: outer)
    for (index, element) in elements.enumerated() {
      try run.step()
      loop.index0 = index
      if isKnownUniquelyReferenced(&scope) { scope.clear() } else { scope = Scope(in: outer) }
      let flow = try run.within(scope, busyWith: mark(of: element)) {
        run.scope.set(loopName, to: .callable(loop))
        try target.assign(element, in: run)
        return try body.execute(in: run)
      }
      if flow == .breakLoop { return }
    }
  }

  /// What the template is busy with while it handles `element`.
  private func mark(of element: Value) -> Int32? {
    if case .dict(let dict) = element, dict.mark != Focus.nothing { dict.mark } else { nil }
  }

  private func chosen(of elements: [Value], in run: Run) throws -> [Value] {
    guard let condition else { return elements }
    return try elements.filter { element in
      try run.within(Scope(in: run.scope)) {
        try target.assign(element, in: run)
        return try condition.value(in: run).isTrue
      }
    }
  }

  private func recursion(
    in outer: Scope, of run: Run
  ) -> ((Value, Int) throws -> Text)? {
    guard isRecursive else { return nil }
    return { value, depth0 in
      try run.descend {
        try run.within(outer) {
          try run.capture { try loop(over: value, depth0: depth0, in: run) }
        }
      }
    }
  }
}

/// `{% break %}` and `{% continue %}`.
struct LoopControl: Statement {
  let flow: Flow

  func execute(in run: Run) -> Flow { flow }
}
