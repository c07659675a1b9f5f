/// Reads a template's tokens into statements.
///
/// Source: jinja2 3.1, `parser.py`; a method here is the method of the same name there.
struct Parser {
  private let tokens: [Token]
  private var position = 0
  private var numbers: [String: Int] = [:]
  private var names: [String] = []
  /// The names that are read, in order: what a macro's body uses.
  private var reads: [Int] = []
  /// Filters and tests that nobody knows, and whether they stand where jinja2 refuses them at once.
  private var unknown: [(error: JinjaError, isFinal: Bool)] = []
  private var depth = 0
  private var loops = 0
  /// Whether a loop lies between here and the macro or the template around it.
  private var loopsInMacro = 0
  private(set) var marksGeneration = false
  /// An expression that was read ahead to see whether a slice begins with it.
  var pendingKey: (any Expression)?

  /// How deep expressions and statements may lie in each other.
  private static let depthLimit = 200

  /// - Throws: `syntax`.
  init(_ source: String) throws {
    var lexer = Lexer(source)
    tokens = try lexer.run()
  }

  /// The whole template.
  ///
  /// - Throws: `syntax`, `unsupported`.
  mutating func parse() throws -> TemplateProgram {
    let body = try statements(until: [])
    if let error = unknown.first?.error { throw error }
    return TemplateProgram(names: names, body: body, marksGeneration: marksGeneration)
  }

  // MARK: Tokens

  var current: Token { tokens[position] }
  var line: Int { current.line }

  func look(_ distance: Int = 1) -> Token { tokens[min(position + distance, tokens.count - 1)] }

  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
  func isName(_ name: String) -> Bool { current.kind == .name(name) }

  mutating func skip(symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func expect(symbol: String) throws {
    guard skip(symbol: symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expect(name: String) throws {
    guard skip(name: name) else { throw unexpected("'\(name)'") }
  }

  mutating func expect(_ kind: Token.Kind, _ words: String) throws {
    guard current.kind == kind else { throw unexpected(words) }
    advance()
  }

  mutating func expectName() throws -> String {
    guard case .name(let name) = current.kind else { throw unexpected("name") }
    advance()
    return name
  }

  func unexpected(_ wanted: String) -> JinjaError {
    JinjaError(.syntax, "expected \(wanted), got '\(current.description)'", line: line)
  }

  func fail(_ message: String, line: Int? = nil) -> JinjaError {
    JinjaError(.syntax, message, line: line ?? self.line)
  }

  // MARK: Names

  mutating func number(of name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// The number of a name that is read.
  mutating func read(_ name: String) -> Int {
    let number = number(of: name)
    reads.append(number)
    return number
  }

  /// An expression for a filter or a test that jinja2 does not know.
  mutating func unknownName(_ message: String, line: Int) -> any Expression {
    let error = JinjaError(.failed, message, line: line)
    unknown.append((JinjaError(.syntax, message, line: line), false))
    return UnknownName(error: error)
  }

  /// jinja2 looks up filters inside of conditions only when they are reached.
  mutating func forgivingUnknown<Result>(
    since start: Int, _ body: (inout Parser) throws -> Result
  ) rethrows -> Result {
    let result = try body(&self)
    let kept = unknown[start...].filter(\.isFinal)
    unknown.replaceSubrange(start..., with: kept)
    return result
  }

  var unknownCount: Int { unknown.count }

  /// A body that jinja2 compiles in a frame of its own: nothing in it is forgiven further out.
  mutating func frame<Result>(_ body: (inout Parser) throws -> Result) rethrows -> Result {
    let start = unknown.count
    let result = try body(&self)
    for index in unknown.indices[start...] { unknown[index].isFinal = true }
    return result
  }

  /// Goes one level deeper.
  ///
  /// - Throws: `limit` if that is too deep.
  mutating func nested<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
    guard depth < Self.depthLimit else {
      throw JinjaError(.limit, "the template nests more than \(Self.depthLimit) deep", line: line)
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Statements

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

  /// The parameters of the macro whose opening tag is read.
  private var parameters: [(number: Int, name: String, fallback: (any Expression)?)] = []

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

  // MARK: Targets

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
