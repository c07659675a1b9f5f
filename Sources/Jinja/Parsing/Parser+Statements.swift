/// Statements: `parser.py`, from `parse_for` to `subparse`.
extension Parser {
  /// Statements up to a tag that begins with one of `ends`, whose name is the current token then.
  mutating func statements(until ends: Set<String>) throws -> [any Statement] {
    try nested { parser in
      var body: [any Statement] = []
      while true {
        let token = parser.current
        switch token.kind {
        case .data(let text):
          body.append(DataOutput(text: Text(Array(text.utf8), origin: .template, line: token.line)))
          parser.advance()
        case .variableBegin:
          parser.advance()
          body.append(
            ValueOutput(expression: try parser.tuple(), line: token.line))
          try parser.expect(.variableEnd, "end of print statement")
        case .blockBegin:
          parser.advance()
          if case .name(let name) = parser.current.kind, ends.contains(name) { return body }
          if let statement = try parser.statement() { body.append(statement) }
          try parser.expect(.blockEnd, "end of statement block")
        default:
          guard ends.isEmpty else {
            throw parser.fail("unexpected end of template; looking for \(ends.sorted())")
          }
          return body
        }
      }
    }
  }

  /// The body of a block: behind its opening tag's expressions, up to one of `ends`.
  mutating func block(until ends: Set<String>) throws -> [any Statement] {
    _ = skip(symbol: ":")
    try expect(.blockEnd, "end of statement block")
    return try statements(until: ends)
  }

  /// As `block`, past the name that ends it.
  mutating func closedBlock(by end: String) throws -> [any Statement] {
    let body = try block(until: [end])
    advance()
    return body
  }

  /// A statement; `nil` for one that does nothing.
  private mutating func statement() throws -> (any Statement)? {
    guard case .name(let name) = current.kind else { throw fail("tag name expected") }
    let line = line
    switch name {
    case "for": return try parseFor()
    case "if": return try parseIf()
    case "set": return try parseSet()
    case "with": return try frame { try $0.parseWith() }
    case "macro": return try parseMacro()
    case "call": return try parseCallBlock()
    case "filter": return try frame { try $0.parseFilterBlock() }
    case "generation":
      advance()
      marksGeneration = true
      return GenerationBlock(body: try frame { try $0.closedBlock(by: "endgeneration") })
    case "break", "continue":
      advance()
      guard loops > 0 else { throw fail("`\(name)` outside of a loop", line: line) }
      return LoopControl(flow: name == "break" ? .breakLoop : .continueLoop)
    case "print":
      advance()
      return ValueOutput(expression: try expression(), line: line)
    case "autoescape", "block", "extends", "include", "import", "from":
      throw JinjaError(.unsupported, "the tag `\(name)` is not supported", line: line)
    default: throw fail("encountered unknown tag '\(name)'", line: line)
    }
  }

  private mutating func parseFor() throws -> ForLoop {
    let line = line
    advance()
    let target = try assignmentTarget(endingBefore: "in")
    try expect(name: "in")
    let iterable = try tuple(withConditional: false, endingBefore: "recursive")
    return try frame { parser in
      var condition: (any Expression)?
      if parser.skip(name: "if") { condition = try parser.expression() }
      let isRecursive = parser.skip(name: "recursive")
      parser.loops += 1
      parser.loopsInMacro += 1
      let body = try parser.block(until: ["endfor", "else"])
      parser.loops -= 1
      parser.loopsInMacro -= 1
      let otherwise = parser.skip(name: "else") ? try parser.block(until: ["endfor"]) : []
      parser.advance()
      return ForLoop(
        target: target, iterable: iterable, condition: condition, body: body,
        otherwise: otherwise, isRecursive: isRecursive, loopName: parser.number(of: "loop"),
        line: line)
    }
  }

  private mutating func parseIf() throws -> IfStatement {
    try forgivingUnknown(since: unknownCount) { parser in
      var branches: [(condition: any Expression, body: [any Statement], line: Int)] = []
      repeat {
        let line = parser.line
        parser.advance()
        let condition = try parser.tuple(withConditional: false)
        let body = try parser.block(until: ["elif", "else", "endif"])
        branches.append((condition, body, line))
      } while parser.isName("elif")
      let otherwise = parser.skip(name: "else") ? try parser.block(until: ["endif"]) : []
      parser.advance()
      return IfStatement(branches: branches, otherwise: otherwise)
    }
  }

  private mutating func parseSet() throws -> any Statement {
    let line = line
    advance()
    let target = try assignmentTarget(withNamespace: true)
    if skip(symbol: "=") {
      return SetStatement(
        target: target, expression: try tuple(), isInLoop: loopsInMacro > 0, line: line)
    }
    return try frame { parser in
      let filter = try parser.filters(of: nil) as? FilterExpression
      return SetBlock(
        target: target, filter: filter, body: try parser.closedBlock(by: "endset"), line: line)
    }
  }

  private mutating func parseWith() throws -> WithStatement {
    let line = line
    advance()
    var bindings: [(target: Target, value: any Expression)] = []
    while current.kind != .blockEnd {
      if !bindings.isEmpty { try expect(symbol: ",") }
      let target = try assignmentTarget()
      try expect(symbol: "=")
      bindings.append((target, try expression()))
    }
    return WithStatement(
      bindings: bindings, body: try closedBlock(by: "endwith"), line: line)
  }

  private mutating func parseMacro() throws -> MacroStatement {
    advance()
    let name = try expectName()
    let definition = try definition(name, closedBy: "endmacro") {
      try $0.signature(isOptional: false)
      return ()
    }.0
    return MacroStatement(definition: definition, number: number(of: name))
  }

  private mutating func parseCallBlock() throws -> CallBlock {
    let line = line
    advance()
    let (definition, call) = try definition("caller", closedBy: "endcall") { parser in
      try parser.signature(isOptional: true)
      guard let call = try parser.expression() as? CallExpression else {
        throw parser.fail("expected call", line: line)
      }
      return call
    }
    return CallBlock(definition: definition, call: call, line: line)
  }

  /// A macro's parameters and body; `heading` reads what stands in the opening tag.
  private mutating func definition<Heading>(
    _ name: String, closedBy end: String, _ heading: (inout Parser) throws -> Heading
  ) throws -> (MacroDefinition, Heading) {
    let outer = (parameters, loops, loopsInMacro)
    parameters = []
    defer { (parameters, loops, loopsInMacro) = outer }
    return try frame { parser in
      let heading = try heading(&parser)
      let parameters = parser.parameters
      (parser.loops, parser.loopsInMacro) = (0, 0)
      let start = parser.reads.count
      let body = try parser.closedBlock(by: end)
      let used = Set(parser.reads[start...])
      func special(_ name: String, _ parser: inout Parser) -> Int? {
        let number = parser.number(of: name)
        return used.contains(number) && !parameters.contains { $0.number == number } ? number : nil
      }
      let definition = MacroDefinition(
        name: name, parameters: parameters, body: body, caller: special("caller", &parser),
        varargs: special("varargs", &parser), kwargs: special("kwargs", &parser))
      return (definition, heading)
    }
  }

  private mutating func signature(isOptional: Bool) throws {
    if isOptional && !isSymbol("(") { return }
    try expect(symbol: "(")
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let name = try expectName()
      let number = number(of: name)
      let fallback = skip(symbol: "=") ? try expression() : nil
      if fallback == nil, parameters.contains(where: { $0.fallback != nil }) {
        throw fail("non-default argument follows default argument")
      }
      parameters.append((number, name, fallback))
    }
    try expect(symbol: ")")
  }

  private mutating func parseFilterBlock() throws -> FilterBlock {
    let line = line
    advance()
    guard let filter = try filters(of: nil, startsInline: true) as? FilterExpression else {
      throw fail("expected a filter", line: line)
    }
    return FilterBlock(filter: filter, body: try closedBlock(by: "endfilter"), line: line)
  }
}
