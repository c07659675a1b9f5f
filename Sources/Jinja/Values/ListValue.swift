/// A Python sequence, or one of a dictionary's views. The sandbox lets no template change it.
package final class ListValue {
  /// What it is in Python.
  enum Kind {
    case list, tuple, keys, values, items

    var typeName: String {
      switch self {
      case .list: "list"
      case .tuple: "tuple"
      case .keys: "dict_keys"
      case .values: "dict_values"
      case .items: "dict_items"
      }
    }
  }

  let elements: [Value]
  let kind: Kind
  /// Where what is written between the elements comes from.
  let origin: Origin
  /// The names of a named tuple's elements: `groupby` gives `grouper` and `list`.
  let names: [String]

  init(_ elements: [Value], _ kind: Kind, origin: Origin = .computed, names: [String] = []) {
    self.elements = elements
    self.kind = kind
    self.origin = origin
    self.names = names
  }

  /// Whether `[index]` is defined for it.
  var isIndexable: Bool { kind == .list || kind == .tuple }
}
