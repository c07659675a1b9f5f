/// A string of the template.
struct TextConstant: Expression {
  let text: Text

  func value(in run: Run) -> Value {
    var text = text
    text.head.taken = run.focus
    return .text(text)
  }
}

/// Any other literal.
enum Constant: Expression {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)

  func value(in run: Run) -> Value {
    switch self {
    case .none: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    }
  }
}

/// `[a, b]` or `(a, b)`.
struct SequenceLiteral: Expression {
  let elements: [any Expression]
  let isTuple: Bool

  func value(in run: Run) throws -> Value {
    let values = try elements.map { try $0.value(in: run) }
    return .list(ListValue(values, isTuple ? .tuple : .list))
  }
}

/// `{a: b}`.
struct DictLiteral: Expression {
  let pairs: [(key: any Expression, value: any Expression)]

  func value(in run: Run) throws -> Value {
    var entries: [DictValue.Entry] = []
    for pair in pairs {
      let key = try pair.key.value(in: run)
      try key.requireHashable()
      let entry = DictValue.Entry(key, try pair.value.value(in: run))
      entries.replaceOrAppend(entry)
    }
    return .dict(DictValue(entries))
  }
}

extension [DictValue.Entry] {
  /// Sets the value of a key, at its old place if it has one.
  mutating func replaceOrAppend(_ entry: DictValue.Entry) {
    if let index = firstIndex(where: { $0.key.equals(entry.key) }) {
      self[index] = DictValue.Entry(self[index].key, entry.value)
    } else {
      append(entry)
    }
  }
}
