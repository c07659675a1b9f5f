/// The variables of a template, a macro's call or one round of a loop.
///
/// A name is looked up from the inside out and set in the innermost scope, as jinja2's compiler has
/// it: what a loop sets is gone after the round, what an `if` sets stays.
final class Scope {
  let parent: Scope?
  private var names: [Int] = []
  private var values: [Value] = []

  init(in parent: Scope?) { self.parent = parent }

  /// The value of a variable here or further out.
  func value(_ name: Int) -> Value? {
    var scope = self
    while true {
      for index in scope.names.indices where scope.names[index] == name {
        return scope.values[index]
      }
      guard let parent = scope.parent else { return nil }
      scope = parent
    }
  }

  func set(_ name: Int, to value: Value) {
    for index in names.indices where names[index] == name {
      values[index] = value
      return
    }
    names.append(name)
    values.append(value)
  }

  /// Forgets all variables, for the next round of a loop.
  func clear() {
    names.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }
}
