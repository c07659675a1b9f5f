/// The variable `loop`.
///
/// Source: jinja2 3.1, `runtime.LoopContext`.
final class LoopValue: Callable {
  let elements: [Value]
  let depth0: Int
  private let recursion: ((Value, Int) throws -> Text)?
  /// The round, counted from 0.
  var index0 = 0
  private var lastChanged: [Value]?

  init(_ elements: [Value], depth0: Int, recursion: ((Value, Int) throws -> Text)?) {
    self.elements = elements
    self.depth0 = depth0
    self.recursion = recursion
  }

  var typeName: String { "LoopContext" }
  var count: Int { elements.count }

  func attribute(_ name: Text) -> Value? {
    switch name.string {
    case "index": .integer(index0 + 1)
    case "index0": .integer(index0)
    case "first": .bool(index0 == 0)
    case "last": .bool(index0 == count - 1)
    case "length": .integer(count)
    case "revindex": .integer(count - index0)
    case "revindex0": .integer(count - index0 - 1)
    case "depth": .integer(depth0 + 1)
    case "depth0": .integer(depth0)
    case "previtem": index0 > 0 ? elements[index0 - 1] : missing("there is no previous item")
    case "nextitem": index0 + 1 < count ? elements[index0 + 1] : missing("there is no next item")
    case "cycle":
      .callable(
        FunctionValue(name: "cycle") { [self] arguments, _ in
          guard !arguments.positional.isEmpty else {
            throw JinjaError.failed("no items for cycling given")
          }
          return arguments.positional[index0 % arguments.positional.count]
        })
    case "changed":
      .callable(
        FunctionValue(name: "changed") { [self] arguments, _ in
          .bool(hasChanged(arguments.positional))
        })
    default: nil
    }
  }

  private func missing(_ message: String) -> Value { .undefined(Undefined(.other(message))) }

  private func hasChanged(_ values: [Value]) -> Bool {
    defer { lastChanged = values }
    return lastChanged.map { !$0.elementsEqual(values) { $0.equals($1) } } ?? true
  }

  /// `loop(children)`: the loop's text over other elements, where it is recursive.
  func call(_ arguments: Arguments, in run: Run) throws -> Value {
    guard let recursion else {
      throw JinjaError.failed(
        "The loop must have the 'recursive' marker to be called recursively.")
    }
    let values = try arguments.matched(to: ["iterable"], of: "loop()", required: 1)
    return .text(try recursion(values[0] ?? .null, depth0 + 1))
  }
}
