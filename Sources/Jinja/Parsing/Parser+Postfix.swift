/// What stands behind a value: attributes, items, calls, filters and tests (`parse_postfix`).
extension Parser {
  mutating func postfix(_ node: any Expression) throws -> any Expression {
    var node = node
    while true {
      if isSymbol(".") || isSymbol("[") {
        node = try subscripted(node)
      } else if isSymbol("(") {
        node = try call(node)
      } else {
        return node
      }
    }
  }

  mutating func filtersAndTests(_ node: any Expression) throws -> any Expression {
    var node = node
    while true {
      if isSymbol("|") {
        node = try filters(of: node) ?? node
      } else if isName("is") {
        node = try test(node)
      } else if isSymbol("(") {
        node = try call(node)
      } else {
        return node
      }
    }
  }

  private mutating func subscripted(_ object: any Expression) throws -> any Expression {
    if skip(symbol: ".") {
      let token = current
      advance()
      switch token.kind {
      case .name(let name):
        return Attribute(object: object, name: AttributeName(Text(name, origin: .template)))
      case .integer(let index):
        return Element(object: object, key: Constant.integer(index))
      default: throw fail("expected name or number", line: token.line)
      }
    }
    try expect(symbol: "[")
    var keys: [any Expression] = []
    while !isSymbol("]") {
      if !keys.isEmpty { try expect(symbol: ",") }
      if let slice = try slice(of: object) {
        guard keys.isEmpty, isSymbol("]") else { throw fail("several slices in one subscript") }
        advance()
        return slice
      }
      keys.append(try sliceStart())
    }
    try expect(symbol: "]")
    let key = keys.count == 1 ? keys[0] : SequenceLiteral(elements: keys, isTuple: true)
    return Element(object: object, key: key)
  }

  /// The expression before a subscript's colon was read ahead by `slice(of:)`.
  private mutating func sliceStart() throws -> any Expression {
    guard let start = pendingKey else { return try expression() }
    pendingKey = nil
    return start
  }

  /// A slice, if a colon follows; else the expression is kept for `sliceStart`.
  private mutating func slice(of object: any Expression) throws -> SliceExpression? {
    var start: (any Expression)?
    if !isSymbol(":") {
      let key = try expression()
      guard isSymbol(":") else {
        pendingKey = key
        return nil
      }
      start = key
    }
    advance()
    let stop = try isSliceEnd ? nil : expression()
    let step = try skip(symbol: ":") && !isSliceEnd ? expression() : nil
    return SliceExpression(object: object, start: start, stop: stop, step: step)
  }

  private var isSliceEnd: Bool { isSymbol(":") || isSymbol("]") || isSymbol(",") }

  private mutating func call(_ function: any Expression) throws -> CallExpression {
    let line = line
    return CallExpression(function: function, arguments: try arguments(), line: line)
  }

  mutating func arguments() throws -> ArgumentList {
    let line = line
    try expect(symbol: "(")
    var list = ArgumentList()
    var isFirst = true
    while !isSymbol(")") {
      if !isFirst { try expect(symbol: ",") }
      if !isFirst && isSymbol(")") { break }
      isFirst = false
      try argument(into: &list, line: line)
    }
    try expect(symbol: ")")
    return list
  }

  private mutating func argument(into list: inout ArgumentList, line: Int) throws {
    let invalid = fail("invalid syntax for function call expression", line: line)
    if skip(symbol: "*") {
      guard list.positionalRest == nil, list.namedRest == nil else { throw invalid }
      list.positionalRest = try expression()
    } else if skip(symbol: "**") {
      guard list.namedRest == nil else { throw invalid }
      list.namedRest = try expression()
    } else if case .name(let name) = current.kind, look().kind == .symbol("=") {
      guard list.namedRest == nil else { throw invalid }
      advance()
      advance()
      list.named.append((name, try expression()))
    } else {
      guard list.positionalRest == nil, list.namedRest == nil, list.named.isEmpty else {
        throw invalid
      }
      list.positional.append(try expression())
    }
  }

  // MARK: Filters and tests

  private mutating func dottedName() throws -> String {
    var name = try expectName()
    while skip(symbol: ".") { name += "." + (try expectName()) }
    return name
  }

  /// The filters behind `node`; `nil` if there are none and there is no node.
  mutating func filters(
    of node: (any Expression)?, startsInline: Bool = false
  ) throws -> (any Expression)? {
    var node = node
    var isInline = startsInline
    while isInline || isSymbol("|") {
      if !isInline { advance() }
      isInline = false
      let line = line
      let name = try dottedName()
      let arguments = isSymbol("(") ? try arguments() : ArgumentList()
      if let filter = Filters.named(name) {
        node = FilterExpression(input: node, filter: filter, arguments: arguments, line: line)
      } else if Filters.refused.contains(name) {
        throw JinjaError(.unsupported, "the filter `\(name)` is not supported", line: line)
      } else {
        node = unknownName("No filter named '\(name)'.", line: line)
      }
    }
    return node
  }

  private mutating func test(_ node: any Expression) throws -> any Expression {
    let line = line
    advance()
    let isNegated = skip(name: "not")
    let name = try dottedName()
    let arguments = try testArguments()
    let test: any Expression =
      if let test = ValueTests.named(name) {
        TestExpression(input: node, test: test, arguments: arguments)
      } else {
        unknownName("No test named '\(name)'.", line: line)
      }
    return isNegated ? Negation(operand: test) : test
  }

  private mutating func testArguments() throws -> ArgumentList {
    switch current.kind {
    case .symbol("("): return try arguments()
    case .name("else"), .name("or"), .name("and"): return ArgumentList()
    case .name("is"): throw fail("You cannot chain multiple tests with is")
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      return ArgumentList(positional: [try postfix(try primary())])
    default: return ArgumentList()
    }
  }
}
