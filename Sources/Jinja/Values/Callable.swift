/// What a template can call: a macro, a function, a method bound to its object, a recursive loop.
package protocol Callable {
  /// The name of its type in Python's messages.
  var typeName: String { get }

  /// Calls it.
  func call(_ arguments: Arguments, in run: Run) throws -> Value

  /// An attribute that templates can read.
  func attribute(_ name: Text) -> Value?
}

extension Callable {
  func attribute(_ name: Text) -> Value? { nil }
}

/// A function of the environment.
struct FunctionValue: Callable {
  let name: String
  let body: (Arguments, Run) throws -> Value

  var typeName: String { "function" }

  func call(_ arguments: Arguments, in run: Run) throws -> Value { try body(arguments, run) }
}

/// A method with the object it belongs to.
struct MethodValue: Callable {
  let receiver: Value
  let name: String

  var typeName: String { "builtin_function_or_method" }

  func call(_ arguments: Arguments, in run: Run) throws -> Value {
    try Methods.call(name, of: receiver, arguments, in: run)
  }
}
