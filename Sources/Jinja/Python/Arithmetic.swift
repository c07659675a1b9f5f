/// Python's arithmetic. Integers have 64 bits; what would need more is refused by name.
enum Arithmetic {
  typealias Operator = BinaryOperation.Operator

  static func apply(
    _ operation: Operator, _ left: Value, _ right: Value, in run: Run
  ) throws -> Value {
    if case .undefined(let undefined) = left { throw undefined.error }
    if case .text(let text) = left, operation == .remainder {
      return .text(try PercentFormat.format(text, right))
    }
    if case .undefined(let undefined) = right { throw undefined.error }
    switch (operation, left, right) {
    case (.add, .text(let left), .text(let right)): return .text(left + right)
    case (.add, .list(let left), .list(let right))
    where left.kind == right.kind && left.isIndexable:
      return .list(ListValue(left.elements + right.elements, left.kind, origin: left.origin))
    case (.multiply, .text(let text), _):
      if let count = right.integer { return .text(try repeated(text, count, in: run)) }
    case (.multiply, _, .text(let text)):
      if let count = left.integer { return .text(try repeated(text, count, in: run)) }
    case (.multiply, .list(let list), _) where list.isIndexable:
      if let count = right.integer { return try repeated(list, count) }
    default: break
    }
    if let left = left.integer, let right = right.integer {
      return try integers(operation, left, right)
    }
    if let left = left.double, let right = right.double {
      return .float(try floats(operation, left, right))
    }
    throw JinjaError.failed(
      "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and "
        + "'\(right.typeName)'")
  }

  private static func repeated(_ text: Text, _ count: Int, in run: Run) throws -> Text {
    guard count > 0, text.count > 0 else { return text.slice(0..<0) }
    let (bytes, overflow) = text.count.multipliedReportingOverflow(by: count)
    try run.check(bytes: overflow ? .max : bytes)
    var builder = TextBuilder()
    for _ in 0..<count { builder.append(text) }
    return builder.text
  }

  private static func repeated(_ list: ListValue, _ count: Int) throws -> Value {
    let (total, overflow) = list.elements.count.multipliedReportingOverflow(by: max(count, 0))
    guard !overflow, total <= RangeValue.limit else {
      throw JinjaError(
        .limit, "the template makes a list of more than \(RangeValue.limit) elements")
    }
    let elements = (0..<max(count, 0)).flatMap { _ in list.elements }
    return .list(ListValue(elements, list.kind, origin: list.origin))
  }

  private static func integers(_ operation: Operator, _ left: Int, _ right: Int) throws -> Value {
    switch operation {
    case .add: return try exact(left.addingReportingOverflow(right))
    case .subtract: return try exact(left.subtractingReportingOverflow(right))
    case .multiply: return try exact(left.multipliedReportingOverflow(by: right))
    case .divide:
      guard right != 0 else { throw JinjaError.failed("division by zero") }
      return .float(Double(left) / Double(right))
    case .floorDivide:
      let (quotient, remainder) = try divided(left, right)
      return .integer(remainder != 0 && (remainder < 0) != (right < 0) ? quotient - 1 : quotient)
    case .remainder:
      let remainder = try divided(left, right).1
      return .integer(
        remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder)
    case .power:
      guard right >= 0 else { return .float(try floats(.power, Double(left), Double(right))) }
      return .integer(try power(left, right))
    }
  }

  private static func exact(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
    guard !result.overflow else { throw tooLarge }
    return .integer(result.partialValue)
  }

  private static func divided(_ left: Int, _ right: Int) throws -> (Int, Int) {
    guard right != 0 else { throw JinjaError.failed("integer division or modulo by zero") }
    guard right != -1 || left != .min else { throw tooLarge }
    return left.quotientAndRemainder(dividingBy: right)
  }

  private static func power(_ base: Int, _ exponent: Int) throws -> Int {
    var (result, factor, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw tooLarge }
        result = product
      }
      rest >>= 1
      guard rest > 0 else { break }
      let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw tooLarge }
      factor = square
    }
    return result
  }

  private static let tooLarge = JinjaError.unsupported("an integer of more than 64 bits")

  private static func floats(_ operation: Operator, _ left: Double, _ right: Double) throws
    -> Double
  {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide, .floorDivide, .remainder:
      guard right != 0 else { throw JinjaError.failed("float division by zero") }
      if operation == .divide { return left / right }
      // Python's float_divmod: the remainder has the divisor's sign.
      var remainder = left.truncatingRemainder(dividingBy: right)
      var quotient = (left - remainder) / right
      if remainder != 0, (remainder < 0) != (right < 0) {
        remainder += right
        quotient -= 1
      }
      if operation == .remainder { return remainder }
      let floor = quotient.rounded(.down)
      return quotient - floor > 0.5 ? floor + 1 : floor
    case .power:
      guard let result = PythonFloat.power(left, right) else {
        throw JinjaError.unsupported("this power of a float")
      }
      return result
    }
  }
}
