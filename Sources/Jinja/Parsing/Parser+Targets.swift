/// What is assigned to: `parse_assign_target`.
extension Parser {
  /// What is assigned to: a name, a namespace's attribute, or several.
  mutating func assignmentTarget(
    withNamespace: Bool = false, endingBefore end: String? = nil
  ) throws -> Target {
    var targets: [Target] = []
    var isTuple = false
    while true {
      if !targets.isEmpty { try expect(symbol: ",") }
      if !targets.isEmpty && (isTupleEnd(end) || isSymbol("=")) { break }
      targets.append(try singleTarget(withNamespace: withNamespace))
      guard isSymbol(",") else { break }
      isTuple = true
    }
    return isTuple ? .tuple(targets) : targets[0]
  }

  private mutating func singleTarget(withNamespace: Bool) throws -> Target {
    if skip(symbol: "(") {
      let target = try assignmentTarget(withNamespace: withNamespace)
      try expect(symbol: ")")
      return target
    }
    let line = line
    let name = try expectName()
    if ["true", "false", "none", "True", "False", "None"].contains(name) {
      throw fail("can't assign to 'const'", line: line)
    }
    guard withNamespace, skip(symbol: ".") else { return .name(number(of: name)) }
    let attribute = Text(try expectName(), origin: .template)
    return .attribute(namespace: read(name), name: AttributeName(attribute))
  }

  func isTupleEnd(_ end: String?) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(")"): true
    default: end.map { isName($0) } ?? false
    }
  }
}
