/// Expressions, from the loosest binding to the tightest.
extension Parser {
  /// An expression, or several with commas between them.
  mutating func tuple(
    withConditional: Bool = true, endingBefore end: String? = nil, isInParentheses: Bool = false
  ) throws -> any Expression {
    var elements: [any Expression] = []
    var isTuple = false
    while true {
      if !elements.isEmpty { try expect(symbol: ",") }
      if isTupleEnd(end) { break }
      elements.append(try expression(withConditional: withConditional))
      guard isSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple, let element = elements.first { return element }
    guard isTuple || isInParentheses else { throw unexpected("an expression") }
    return SequenceLiteral(elements: elements, isTuple: true)
  }

  mutating func expression(withConditional: Bool = true) throws -> any Expression {
    try nested { try withConditional ? $0.conditional() : $0.disjunction() }
  }

  private mutating func conditional() throws -> any Expression {
    let start = unknownCount
    var result = try disjunction()
    while skip(name: "if") {
      let then = result
      result = try forgivingUnknown(since: start) { parser in
        let condition = try parser.disjunction()
        let otherwise = parser.skip(name: "else") ? try parser.expression() : nil
        return Conditional(condition: condition, then: then, otherwise: otherwise)
      }
    }
    return result
  }

  private mutating func disjunction() throws -> any Expression {
    var left = try conjunction()
    while skip(name: "or") {
      left = LogicalOperation(left: left, right: try conjunction(), isAnd: false)
    }
    return left
  }

  private mutating func conjunction() throws -> any Expression {
    var left = try negation()
    while skip(name: "and") {
      left = LogicalOperation(left: left, right: try negation(), isAnd: true)
    }
    return left
  }

  private mutating func negation() throws -> any Expression {
    guard skip(name: "not") else { return try comparison() }
    return Negation(operand: try nested { try $0.negation() })
  }

  private static let comparisons: [String: Comparison.Operator] = [
    "==": .equal, "!=": .unequal, "<": .less, "<=": .lessOrEqual, ">": .greater,
    ">=": .greaterOrEqual,
  ]

  private mutating func comparison() throws -> any Expression {
    let first = try sum()
    var rest: [(operator: Comparison.Operator, operand: any Expression)] = []
    while true {
      if case .symbol(let symbol) = current.kind, let comparison = Self.comparisons[symbol] {
        advance()
        rest.append((comparison, try sum()))
      } else if skip(name: "in") {
        rest.append((.isIn, try sum()))
      } else if isName("not"), look().kind == .name("in") {
        advance()
        advance()
        rest.append((.isNotIn, try sum()))
      } else {
        return rest.isEmpty ? first : Comparison(first: first, rest: rest)
      }
    }
  }

  private mutating func sum() throws -> any Expression {
    try binary(["+", "-"]) { try $0.concatenation() }
  }

  private mutating func concatenation() throws -> any Expression {
    var operands = [try product()]
    while skip(symbol: "~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : Concatenation(operands: operands)
  }

  private mutating func product() throws -> any Expression {
    try binary(["*", "/", "//", "%"]) { try $0.power() }
  }

  private mutating func power() throws -> any Expression {
    try binary(["**"]) { try $0.unary() }
  }

  /// Operations of one level, grouped from the left.
  private mutating func binary(
    _ symbols: Set<String>, _ operand: (inout Parser) throws -> any Expression
  ) throws -> any Expression {
    var left = try operand(&self)
    while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
      let operation = BinaryOperation.Operator(rawValue: symbol)
    {
      advance()
      left = BinaryOperation(left: left, operator: operation, right: try operand(&self))
    }
    return left
  }

  private mutating func unary(withFilters: Bool = true) throws -> any Expression {
    var node: any Expression
    if isSymbol("-") || isSymbol("+") {
      let isMinus = isSymbol("-")
      advance()
      node = Sign(operand: try nested { try $0.unary(withFilters: false) }, isMinus: isMinus)
    } else {
      node = try primary()
    }
    node = try postfix(node)
    return withFilters ? try filtersAndTests(node) : node
  }

  private mutating func primary() throws -> any Expression {
    let token = current
    switch token.kind {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return Constant.bool(true)
      case "false", "False": return Constant.bool(false)
      case "none", "None": return Constant.none
      default: return Name(number: read(name))
      }
    case .string: return stringLiteral()
    case .integer(let value):
      advance()
      return Constant.integer(value)
    case .float(let value):
      advance()
      return Constant.float(value)
    case .symbol("("):
      advance()
      let node = try nested { try $0.tuple(isInParentheses: true) }
      try expect(symbol: ")")
      return node
    case .symbol("["): return try list()
    case .symbol("{"): return try dict()
    default: throw fail("unexpected '\(token.description)'")
    }
  }

  /// Strings in a row are one string.
  private mutating func stringLiteral() -> TextConstant {
    let line = line
    var bytes: [UInt8] = []
    while case .string(let text) = current.kind {
      bytes += text.utf8
      advance()
    }
    return TextConstant(text: Text(bytes, origin: .template, line: line))
  }

  private mutating func list() throws -> SequenceLiteral {
    try expect(symbol: "[")
    var elements: [any Expression] = []
    while !isSymbol("]") {
      if !elements.isEmpty { try expect(symbol: ",") }
      if isSymbol("]") { break }
      elements.append(try expression())
    }
    try expect(symbol: "]")
    return SequenceLiteral(elements: elements, isTuple: false)
  }

  private mutating func dict() throws -> DictLiteral {
    try expect(symbol: "{")
    var pairs: [(key: any Expression, value: any Expression)] = []
    while !isSymbol("}") {
      if !pairs.isEmpty { try expect(symbol: ",") }
      if isSymbol("}") { break }
      let key = try expression()
      try expect(symbol: ":")
      pairs.append((key, try expression()))
    }
    try expect(symbol: "}")
    return DictLiteral(pairs: pairs)
  }

  // MARK: Behind a value

  private mutating func postfix(_ node: any Expression) throws -> any Expression {
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

  private mutating func filtersAndTests(_ node: any Expression) throws -> any Expression {
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
