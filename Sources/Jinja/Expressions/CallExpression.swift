/// The arguments as they are written.
struct ArgumentList: Sendable {
  var positional: [any Expression] = []
  var named: [(name: String, value: any Expression)] = []
  /// `*values`.
  var positionalRest: (any Expression)?
  /// `**values`.
  var namedRest: (any Expression)?

  func values(in run: Run) throws -> Arguments {
    var arguments = Arguments(
      try positional.map { try $0.value(in: run) },
      named: try named.map { ($0.name, try $0.value.value(in: run)) })
    if let rest = try positionalRest?.value(in: run) {
      arguments.positional += try rest.iterated()
    }
    if let rest = try namedRest?.value(in: run) {
      guard case .dict(let dict) = rest else {
        throw JinjaError.failed("argument after ** must be a mapping, not \(rest.typeName)")
      }
      for entry in dict.entries {
        guard let name = entry.key.text else { throw JinjaError.failed("keywords must be strings") }
        arguments.named.append((name.string, entry.value))
      }
    }
    return arguments
  }
}

/// `function(arguments)`.
struct CallExpression: Expression {
  let function: any Expression
  let arguments: ArgumentList
  let line: Int

  func value(in run: Run) throws -> Value {
    try run.step()
    if let method = function as? Attribute {
      let receiver = try method.object.value(in: run)
      // What `attribute` would find, without making a value of the method.
      let owner = MethodOwners(receiver)
      if !owner.isDisjoint(with: method.name.owners), owner.isDisjoint(with: method.name.changing) {
        let arguments = try arguments.values(in: run)
        run.line = line
        return run.taken(
          try Methods.call(method.name.string, of: receiver, arguments, in: run))
      }
      return try call(try receiver.attribute(method.name), in: run)
    }
    return try call(try function.value(in: run), in: run)
  }

  private func call(_ callee: Value, in run: Run) throws -> Value {
    switch callee {
    case .callable(let callable):
      let arguments = try arguments.values(in: run)
      run.line = line
      return try callable.call(arguments, in: run)
    case .undefined(let undefined): throw undefined.error
    default: throw JinjaError.failed("'\(callee.typeName)' object is not callable")
    }
  }
}
