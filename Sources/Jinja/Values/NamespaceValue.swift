/// `namespace(…)`: the one object whose attributes a template may set.
package final class NamespaceValue {
  private(set) var entries: [(name: Text, value: Value)] = []

  func value(_ name: Text) -> Value? { entries.first { $0.name == name }?.value }

  func set(_ name: Text, to value: Value) {
    if let index = entries.firstIndex(where: { $0.name == name }) {
      entries[index].value = value
    } else {
      entries.append((name, value))
    }
  }
}
