/// `a and b`, `a or b`: the operand that decides, as in Python.
struct LogicalOperation: Expression {
  let left: any Expression
  let right: any Expression
  let isAnd: Bool

  func value(in run: Run) throws -> Value {
    let left = try left.value(in: run)
    return left.isTrue == isAnd ? try right.value(in: run) : left
  }
}

/// `not a`.
struct Negation: Expression {
  let operand: any Expression

  func value(in run: Run) throws -> Value { .bool(!(try operand.value(in: run).isTrue)) }
}

/// `a if condition else b`; without `else` it may be undefined.
struct Conditional: Expression {
  let condition: any Expression
  let then: any Expression
  let otherwise: (any Expression)?

  func value(in run: Run) throws -> Value {
    if try condition.value(in: run).isTrue { return try then.value(in: run) }
    if let otherwise { return try otherwise.value(in: run) }
    return .undefined(
      Undefined(
        .other("the inline if-expression evaluated to false and no else section was defined")))
  }
}

/// `a < b <= c`.
struct Comparison: Expression {
  enum Operator: Sendable {
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual, isIn, isNotIn
  }

  let first: any Expression
  let rest: [(operator: Operator, operand: any Expression)]

  func value(in run: Run) throws -> Value {
    var left = try first.value(in: run)
    for (comparison, operand) in rest {
      let right = try operand.value(in: run)
      guard try Self.holds(left, comparison, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  /// Whether `left comparison right`.
  static func holds(_ left: Value, _ comparison: Operator, _ right: Value) throws -> Bool {
    switch comparison {
    case .equal: left.equals(right)
    case .unequal: !left.equals(right)
    case .less: try left.isLess(than: right)
    case .greater: try right.isLess(than: left)
    case .lessOrEqual: try left.isLess(than: right) || left.equals(right)
    case .greaterOrEqual: try right.isLess(than: left) || left.equals(right)
    case .isIn: try right.contains(left)
    case .isNotIn: !(try right.contains(left))
    }
  }
}
