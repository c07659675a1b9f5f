/// `object.name` and `object[key]`, as jinja2's sandbox looks them up.
extension Value {
  /// `self.name`: Python's attributes go before a dictionary's keys, so that `d.items` is the method.
  ///
  /// Source: jinja2 3.1, `SandboxedEnvironment.getattr`.
  func attribute(_ name: AttributeName) throws -> Value {
    if case .undefined(let undefined) = self {
      if name.isDunder { return Self.unsafe(name, self) }
      throw undefined.error
    }
    if let value = pythonAttribute(name) { return value }
    if case .dict(let dict) = self, let value = dict.value(name.text) { return value }
    return .undefined(Undefined(.attribute(name.string, of: typeName)))
  }

  /// `self[key]`.
  ///
  /// Source: jinja2 3.1, `SandboxedEnvironment.getitem`.
  func element(_ key: Value) throws -> Value {
    switch (self, key) {
    case (.undefined(let undefined), _): throw undefined.error
    case (.dict(let dict), _): if let value = dict.value(key) { return value }
    case (.list(let list), _) where list.isIndexable:
      if let index = key.integer {
        return element(index, of: list.elements.count) { list.elements[$0] }
      }
    case (.range(let range), _):
      if let index = key.integer {
        return element(index, of: range.count) { .integer(range.element($0)) }
      }
    case (.text(let text), _):
      if let index = key.integer {
        let ascii = text.isASCII
        let count = ascii ? text.count : text.characterCount
        return element(index, of: count) { .text(text.slice(PythonSlice(start: $0, stop: $0 + 1))) }
      }
    default: break
    }
    if case .text(let name) = key, let value = pythonAttribute(AttributeName(name)) { return value }
    return .undefined(Undefined(.element(key.text?.string ?? key.typeName, of: typeName)))
  }

  private func element(_ index: Int, of count: Int, _ read: (Int) -> Value) -> Value {
    let place = index < 0 ? index + count : index
    guard (0..<count).contains(place) else {
      return .undefined(Undefined(.element("\(index)", of: typeName)))
    }
    return read(place)
  }

  /// `self[start:stop:step]`.
  func slice(_ slice: PythonSlice) throws -> Value {
    switch self {
    case .undefined(let undefined): throw undefined.error
    case .text(let text): return .text(text.slice(slice))
    case .list(let list) where list.isIndexable:
      let elements =
        slice.step == 1
        ? Array(list.elements[slice.range(count: list.elements.count)])
        : slice.indices(count: list.elements.count).map { list.elements[$0] }
      return .list(ListValue(elements, list.kind, origin: list.origin))
    case .range(let range):
      let indices = slice.indices(count: range.count)
      let first = indices.first.map { range.element($0) } ?? 0
      let step = range.step * slice.step
      return .range(RangeValue(start: first, stop: first + indices.count * step, step: step))
    default:
      // Python raises TypeError, which jinja2 turns into an undefined value.
      return .undefined(Undefined(.element("slice", of: typeName)))
    }
  }

  /// What Python's `getattr` finds on the object's type.
  private func pythonAttribute(_ name: AttributeName) -> Value? {
    switch self {
    case .namespace(let namespace):
      if let value = namespace.value(name.text) { return value }
    case .callable(let callable):
      if let value = callable.attribute(name.text) { return value }
    case .list(let list):
      if let index = list.names.firstIndex(of: name.string) { return list.elements[index] }
    default: break
    }
    if name.isPrivate { return name.isDunder ? Self.unsafe(name, self) : nil }
    let owner = MethodOwners(self)
    guard !owner.isDisjoint(with: name.owners) else { return nil }
    if !owner.isDisjoint(with: name.changing) { return Self.unsafe(name, self) }
    return .callable(MethodValue(receiver: self, name: name.string))
  }

  private static func unsafe(_ name: AttributeName, _ value: Value) -> Value {
    .undefined(Undefined(.unsafe(name.string, of: value.typeName)))
  }
}
