/// Reads a template's tokens into statements.
///
/// Source: jinja2 3.1, `parser.py`; a method here is the method of the same name there.
struct Parser {
  private let tokens: [Token]
  private var position = 0
  private var numbers: [String: Int] = [:]
  private var names: [String] = []
  /// The names that are read, in order: what a macro's body uses.
  var reads: [Int] = []
  /// Filters and tests that nobody knows, and whether they stand where jinja2 refuses them at once.
  private var unknown: [(error: JinjaError, isFinal: Bool)] = []
  private var depth = 0
  var loops = 0
  /// Whether a loop lies between here and the macro or the template around it.
  var loopsInMacro = 0
  var marksGeneration = false
  /// An expression that was read ahead to see whether a slice begins with it.
  var pendingKey: (any Expression)?
  /// The parameters of the macro whose opening tag is read.
  var parameters: [(number: Int, name: String, fallback: (any Expression)?)] = []

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
}
