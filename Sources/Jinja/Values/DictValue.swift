/// A Python dictionary, in the order of its keys. The sandbox lets no template change it.
package final class DictValue {
  /// A key with its value.
  package struct Entry {
    let key: Value
    let value: Value

    package init(_ key: Value, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  let entries: [Entry]
  /// Where what is written between keys and values comes from.
  let origin: Origin
  /// What the template is busy with while a variable is bound to this object; see `Focus`.
  let mark: Int32

  /// A dictionary with these entries, whose keys differ.
  package init(_ entries: [Entry], origin: Origin = .computed, mark: Int32 = Focus.nothing) {
    self.entries = entries
    self.origin = origin
    self.mark = mark
  }

  /// The value under a text; linear, since dictionaries here are small.
  func value(_ key: Text) -> Value? {
    for entry in entries {
      if case .text(let text) = entry.key, text == key { return entry.value }
    }
    return nil
  }

  /// The value under any key.
  func value(_ key: Value) -> Value? {
    if case .text(let text) = key { return value(text) }
    return entries.first { $0.key.equals(key) }?.value
  }

  var keys: [Value] { entries.map(\.key) }
  var values: [Value] { entries.map(\.value) }
  var items: [Value] { entries.map { .tuple([$0.key, $0.value]) } }
}
