/// Python's `==`, `<` and `in`.
extension Value {
  /// `self == other`; values of different kinds differ, numbers are compared as numbers.
  func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.null, .null): return true
    case (.text(let left), .text(let right)): return left == right
    case (.list(let left), .list(let right)):
      return left.kind == right.kind
        && left.elements.elementsEqual(right.elements) { $0.equals($1) }
    case (.dict(let left), .dict(let right)):
      return left.entries.count == right.entries.count
        && left.entries.allSatisfy { entry in
          right.value(entry.key).map { entry.value.equals($0) } ?? false
        }
    case (.range(let left), .range(let right)):
      return left.elements.elementsEqual(right.elements) { $0.equals($1) }
    case (.stream(let left), .stream(let right)): return left === right
    case (.namespace(let left), .namespace(let right)): return left === right
    default:
      if let left = integer, let right = other.integer { return left == right }
      if let left = double, let right = other.double { return left == right }
      return false
    }
  }

  /// `self < other`.
  ///
  /// - Throws: as Python raises `TypeError`, if the two have no order.
  func isLess(than other: Value) throws -> Bool {
    switch (self, other) {
    case (.text(let left), .text(let right)): return left < right
    case (.list(let left), .list(let right)) where left.kind == right.kind && left.isIndexable:
      for (left, right) in zip(left.elements, right.elements) where !left.equals(right) {
        return try left.isLess(than: right)
      }
      return left.elements.count < right.elements.count
    case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
    default:
      if let left = integer, let right = other.integer { return left < right }
      if let left = double, let right = other.double { return left < right }
      throw JinjaError.failed(
        "'<' not supported between instances of '\(typeName)' and '\(other.typeName)'")
    }
  }

  /// `element in self`.
  func contains(_ element: Value) throws -> Bool {
    switch self {
    case .text(let text):
      guard case .text(let part) = element else {
        throw JinjaError.failed(
          "'in <string>' requires string as left operand, not \(element.typeName)")
      }
      return text.contains(part)
    case .dict(let dict):
      try element.requireHashable()
      return dict.value(element) != nil
    case .namespace, .null, .bool, .integer, .float, .callable:
      throw JinjaError.failed("argument of type '\(typeName)' is not iterable")
    default:
      return try iterated().contains { $0.equals(element) }
    }
  }

  /// - Throws: as Python raises `TypeError`, if it cannot be a key.
  func requireHashable() throws {
    switch self {
    case .dict: throw JinjaError.failed("unhashable type: 'dict'")
    case .list(let list) where list.kind == .list:
      throw JinjaError.failed("unhashable type: 'list'")
    case .list(let list): for element in list.elements { try element.requireHashable() }
    default: break
    }
  }

  /// The elements a loop goes over.
  ///
  /// - Throws: as Python raises `TypeError`, if it cannot be iterated.
  func iterated() throws -> [Value] {
    switch self {
    case .undefined: return []
    case .text(let text): return text.characters.map { .text($0) }
    case .list(let list): return list.elements
    case .dict(let dict): return dict.keys
    case .range(let range): return range.elements
    case .stream(let stream): return stream.rest()
    case .null, .bool, .integer, .float, .namespace, .callable:
      throw JinjaError.failed("'\(typeName)' object is not iterable")
    }
  }

  /// Python's `len`; `nil` where there is none.
  func length() throws -> Int {
    switch self {
    case .undefined: return 0
    case .text(let text): return text.characterCount
    case .list(let list): return list.elements.count
    case .dict(let dict): return dict.entries.count
    case .range(let range): return range.count
    case .callable(let callable):
      if let loop = callable as? LoopValue { return loop.count }
      fallthrough
    case .null, .bool, .integer, .float, .namespace, .stream:
      throw JinjaError.failed("object of type '\(typeName)' has no len()")
    }
  }
}
