/// The parameters and the body of a macro, or of a call block.
struct MacroDefinition: Sendable {
  let name: String
  let parameters: [(number: Int, name: String, fallback: (any Expression)?)]
  let body: [any Statement]
  /// The numbers of the names `caller`, `varargs` and `kwargs`, where the body reads them.
  let caller: Int?
  let varargs: Int?
  let kwargs: Int?
}

/// `{% macro name(parameters) %}…{% endmacro %}`.
struct MacroStatement: Statement {
  let definition: MacroDefinition
  let number: Int

  func execute(in run: Run) -> Flow {
    run.scope.set(number, to: .callable(MacroValue(definition, scope: run.scope)))
    return .next
  }
}

/// `{% call(parameters) function(arguments) %}…{% endcall %}`.
struct CallBlock: Statement {
  let definition: MacroDefinition
  let call: CallExpression
  let line: Int

  func execute(in run: Run) throws -> Flow {
    run.line = line
    let caller = MacroValue(definition, scope: run.scope)
    var arguments = try call.arguments.values(in: run)
    arguments.named.append(("caller", .callable(caller)))
    guard case .callable(let callable) = try call.function.value(in: run) else {
      throw JinjaError.failed("the called object is not callable")
    }
    try run.write(try PythonText.str(try callable.call(arguments, in: run)))
    return .next
  }
}

/// A macro with the scope it was defined in.
///
/// Source: jinja2 3.1, `runtime.Macro.__call__`.
final class MacroValue: Callable {
  private let definition: MacroDefinition
  private let scope: Scope

  init(_ definition: MacroDefinition, scope: Scope) {
    self.definition = definition
    self.scope = scope
  }

  var typeName: String { "Macro" }

  func attribute(_ name: Text) -> Value? {
    switch name.string {
    case "name": .text(Text(definition.name, origin: .template))
    case "arguments":
      .tuple(definition.parameters.map { .text(Text($0.name, origin: .template)) })
    case "caller": .bool(definition.caller != nil)
    case "catch_varargs": .bool(definition.varargs != nil)
    case "catch_kwargs": .bool(definition.kwargs != nil)
    default: nil
    }
  }

  func call(_ arguments: Arguments, in run: Run) throws -> Value {
    let inner = Scope(in: scope)
    return try run.descend {
      try run.within(inner, busyWith: run.focus) {
        try bind(arguments, in: run)
        return .text(try run.capture { _ = try definition.body.execute(in: run) })
      }
    }
  }

  private func bind(_ arguments: Arguments, in run: Run) throws {
    let parameters = definition.parameters
    var named = arguments.named
    for (index, parameter) in parameters.enumerated() {
      var given = arguments.positional[safe: index]
      if let place = named.firstIndex(where: { $0.name == parameter.name }) {
        guard given == nil else {
          throw JinjaError.failed(
            "macro '\(definition.name)' got multiple values for argument '\(parameter.name)'")
        }
        given = named.remove(at: place).value
      }
      let value = try given ?? parameter.fallback?.value(in: run) ?? missing(parameter.name)
      run.scope.set(parameter.number, to: value)
      run.bound(value)
    }
    try bindRest(arguments, &named, in: run)
  }

  private func missing(_ name: String) -> Value {
    .undefined(Undefined(.other("parameter '\(name)' was not provided")))
  }

  private func bindRest(
    _ arguments: Arguments, _ named: inout [(name: String, value: Value)], in run: Run
  ) throws {
    if let caller = definition.caller {
      let index = named.firstIndex { $0.name == "caller" }
      let value = index.map { named.remove(at: $0).value }
      run.scope.set(caller, to: value ?? .undefined(Undefined(.other("No caller defined"))))
    }
    if let kwargs = definition.kwargs {
      let entries = named.map { DictValue.Entry(.text(Text($0.name, origin: .template)), $0.value) }
      run.scope.set(kwargs, to: .dict(DictValue(entries)))
    } else if let name = named.first?.name {
      throw JinjaError.failed("macro '\(definition.name)' takes no keyword argument '\(name)'")
    }
    let rest = Array(arguments.positional.dropFirst(definition.parameters.count))
    if let varargs = definition.varargs {
      run.scope.set(varargs, to: .tuple(rest))
    } else if !rest.isEmpty {
      throw JinjaError.failed(
        "macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
    }
  }
}
