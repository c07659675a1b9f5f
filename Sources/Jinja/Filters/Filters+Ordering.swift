/// Filters that compare elements.
extension Filters {
  static let ordering: [String: Body] = [
    "sort": { value, arguments, _ in
      let names = ["reverse", "case_sensitive", "attribute"]
      let values = try arguments.matched(to: names, of: "sort")
      let key = try SortKey(values[2], isCaseSensitive: values[1]?.isTrue ?? false)
      let elements = try sorted(value.iterated(), isReversed: values[0]?.isTrue ?? false) {
        try key.value(of: $0)
      }
      return .list(elements, value.listOrigin)
    },
    "dictsort": { value, arguments, _ in
      let names = ["case_sensitive", "by", "reverse"]
      let values = try arguments.matched(to: names, of: "dictsort")
      guard case .dict(let dict) = value else {
        throw JinjaError.failed("'\(value.typeName)' object has no attribute 'items'")
      }
      let by = try values[1]?.requireText().string ?? "key"
      guard by == "key" || by == "value" else {
        throw JinjaError.failed("You can only sort by either \"key\" or \"value\"")
      }
      let key = try SortKey(nil, isCaseSensitive: values[0]?.isTrue ?? false)
      let entries = try sorted(dict.entries, isReversed: values[2]?.isTrue ?? false) {
        try key.value(of: by == "key" ? $0.key : $0.value)
      }
      return .list(entries.map { .tuple([$0.key, $0.value]) }, dict.origin)
    },
    "unique": { value, arguments, _ in
      let values = try arguments.matched(to: ["case_sensitive", "attribute"], of: "unique")
      let key = try SortKey(values[1], isCaseSensitive: values[0]?.isTrue ?? false)
      var seen: [Value] = []
      let elements = try value.iterated().filter { element in
        let value = try key.value(of: element)
        try value.requireHashable()
        if seen.contains(where: { $0.equals(value) }) { return false }
        seen.append(value)
        return true
      }
      return .stream(of: elements)
    },
    "min": { value, arguments, _ in
      try extreme(value, arguments) { try $0.isLess(than: $1) }
    },
    "max": { value, arguments, _ in
      try extreme(value, arguments) { try $1.isLess(than: $0) }
    },
    "groupby": groupBy,
  ]

  private static let groupBy: Body = { value, arguments, _ in
    let names = ["attribute", "default", "case_sensitive"]
    let values = try arguments.matched(to: names, of: "groupby", required: 1)
    let path = try AttributePath(values[0] ?? .null)
    let key = try SortKey(nil, isCaseSensitive: values[2]?.isTrue ?? false)
    let keyed = try value.iterated().map { element in
      let grouper = try path.value(of: element, fallback: values[1])
      return (element: element, grouper: grouper, key: try key.value(of: grouper))
    }
    var groups: [(grouper: Value, key: Value, elements: [Value])] = []
    for item in try keyed.stableSorted({ try $0.key.isLess(than: $1.key) }) {
      if let last = groups.last, last.key.equals(item.key) {
        groups[groups.count - 1].elements.append(item.element)
      } else {
        groups.append((item.grouper, item.key, [item.element]))
      }
    }
    let pairs: [Value] = groups.map { group in
      let elements: [Value] = [group.grouper, .list(group.elements)]
      return .list(ListValue(elements, .tuple, names: ["grouper", "list"]))
    }
    return .list(pairs)
  }

  /// Sorted by a key, stable in both directions, as Python's `sorted` is.
  private static func sorted<Element>(
    _ elements: [Element], isReversed: Bool, by key: (Element) throws -> Value
  ) throws -> [Element] {
    let keyed = try elements.map { ($0, try key($0)) }
    return try keyed.stableSorted {
      try isReversed ? $1.1.isLess(than: $0.1) : $0.1.isLess(than: $1.1)
    }.map(\.0)
  }

  private static func extreme(
    _ value: Value, _ arguments: Arguments, _ isBetter: (Value, Value) throws -> Bool
  ) throws -> Value {
    let values = try arguments.matched(to: ["case_sensitive", "attribute"], of: "min or max")
    let key = try SortKey(values[1], isCaseSensitive: values[0]?.isTrue ?? false)
    var best: (element: Value, key: Value)?
    for element in try value.iterated() {
      let value = try key.value(of: element)
      if let current = best, !(try isBetter(value, current.key)) { continue }
      best = (element, value)
    }
    return best?.element ?? .undefined(Undefined(.other("No aggregated item, sequence was empty.")))
  }
}

/// What elements are compared by: an attribute, or several with commas, in lower case unless asked
/// otherwise.
private struct SortKey {
  let paths: [AttributePath]
  let isCaseSensitive: Bool

  init(_ attribute: Value?, isCaseSensitive: Bool) throws {
    self.isCaseSensitive = isCaseSensitive
    switch attribute {
    case nil, .null?: paths = []
    case .text(let text)?:
      paths = try text.string.split(separator: ",", omittingEmptySubsequences: false).map {
        try AttributePath(.text(Text(String($0), origin: .template)))
      }
    case let other?: paths = [try AttributePath(other)]
    }
  }

  func value(of element: Value) throws -> Value {
    guard !paths.isEmpty else { return folded(element) }
    let values = try paths.map { folded(try $0.value(of: element)) }
    return values.count == 1 ? values[0] : .list(values)
  }

  private func folded(_ value: Value) -> Value {
    guard !isCaseSensitive, case .text(let text) = value else { return value }
    return .text(text.lowercased())
  }
}
