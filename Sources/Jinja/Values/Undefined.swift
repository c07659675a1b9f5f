/// What is not there: it prints as nothing, is false and iterates over nothing; asking more of it is
/// an error, as jinja2's `Undefined` has it.
package struct Undefined: Sendable {
  /// What is missing; words are made only when they are needed.
  indirect enum Reason: Sendable {
    case variable(String)
    case attribute(String, of: String)
    case element(String, of: String)
    case unsafe(String, of: String)
    case other(String)
  }

  let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// The error that every other use of it raises.
  var error: JinjaError {
    switch reason {
    case .variable(let name): .failed("'\(name)' is undefined")
    case .attribute(let name, let type): .failed("'\(type) object' has no attribute '\(name)'")
    case .element(let key, let type): .failed("\(type) object has no element \(key)")
    case .unsafe(let name, let type):
      .failed("access to attribute '\(name)' of '\(type)' object is unsafe")
    case .other(let message): .failed(message)
    }
  }
}
