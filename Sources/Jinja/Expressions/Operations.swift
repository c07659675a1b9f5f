/// `+ - * / // % **` of two values.
struct BinaryOperation: Expression {
  enum Operator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
  }

  let left: any Expression
  let `operator`: Operator
  let right: any Expression

  func value(in run: Run) throws -> Value {
    let left = try left.value(in: run)
    let result = try Arithmetic.apply(`operator`, left, try right.value(in: run), in: run)
    if case .text(let text) = result { try run.check(bytes: text.count) }
    return result
  }
}

/// `-a`, `+a`.
struct Sign: Expression {
  let operand: any Expression
  let isMinus: Bool

  func value(in run: Run) throws -> Value {
    let value = try operand.value(in: run)
    if let integer = value.integer {
      guard !isMinus || integer != .min else {
        throw JinjaError.unsupported("an integer of more than 64 bits")
      }
      return .integer(isMinus ? -integer : integer)
    }
    if case .float(let number) = value { return .float(isMinus ? -number : number) }
    if case .undefined(let undefined) = value { throw undefined.error }
    throw JinjaError.failed("bad operand type for unary -: '\(value.typeName)'")
  }
}

/// `a ~ b`: both as texts, in a row.
struct Concatenation: Expression {
  let operands: [any Expression]

  func value(in run: Run) throws -> Value {
    var builder = TextBuilder()
    for operand in operands { builder.append(try PythonText.str(try operand.value(in: run))) }
    let text = builder.text
    try run.check(bytes: text.count)
    return .text(text)
  }
}
