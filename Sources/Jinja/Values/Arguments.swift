/// The arguments of a call, a filter or a test.
package struct Arguments {
  /// Those without a name.
  var positional: [Value]
  /// Those with a name, in their order.
  var named: [(name: String, value: Value)]

  init(_ positional: [Value] = [], named: [(name: String, value: Value)] = []) {
    self.positional = positional
    self.named = named
  }

  var isEmpty: Bool { positional.isEmpty && named.isEmpty }

  /// The values of the parameters `names`, `nil` where none was given.
  ///
  /// - Throws: `failed`, as Python raises `TypeError`, if there are too many or unknown ones.
  func matched(to names: [String], of function: String, required: Int = 0) throws -> [Value?] {
    guard positional.count <= names.count else {
      throw JinjaError.failed(
        "\(function) takes \(names.count) arguments but \(positional.count) were given")
    }
    var values: [Value?] = positional
    values += [Value?](repeating: nil, count: names.count - positional.count)
    for (name, value) in named {
      guard let index = names.firstIndex(of: name), values[index] == nil else {
        throw JinjaError.failed("\(function) got an unexpected keyword argument '\(name)'")
      }
      values[index] = value
    }
    for index in 0..<required where values[index] == nil {
      throw JinjaError.failed("\(function) misses the argument '\(names[index])'")
    }
    return values
  }
}
