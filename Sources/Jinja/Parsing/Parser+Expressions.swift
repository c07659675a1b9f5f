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

  mutating func unary(withFilters: Bool = true) throws -> any Expression {
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

  mutating func primary() throws -> any Expression {
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
}
