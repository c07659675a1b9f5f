/// A JSON document, with the order of its keys kept.
///
/// Integers stay integers: `1` and `1.0` are different values and are written back as they were
/// read. Strings are compared by Swift's rules; whoever needs byte equality compares `utf8`.
public indirect enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction or exponent.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)

  /// The value under `key` if this is an object that has it.
  public subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  /// The string, if this is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The integer, if this is one.
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  /// The Boolean, if this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements, if this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The object, if this is one.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The number, if this is one, whether written as an integer or not.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

/// A JSON object whose keys keep their order. Lookup is linear: objects here have few keys.
///
/// A vocabulary with 100,000 keys is read through `pairs`, never by lookup.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One key with its value.
  public struct Pair: Sendable, Equatable {
    /// The key.
    public var key: String
    /// Its value.
    public var value: JSONValue
  }

  /// The pairs in document order. A repeated key stays repeated; lookup takes the last.
  public private(set) var pairs: [Pair]

  /// An empty object.
  public init() { pairs = [] }

  /// An object with these pairs, in this order.
  public init(_ pairs: some Sequence<(String, JSONValue)>) {
    self.pairs = pairs.map { Pair(key: $0.0, value: $0.1) }
  }

  /// An object as a literal; keys keep their order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

  /// The keys in document order.
  public var keys: [String] { pairs.map(\.key) }

  /// The value under `key`. Setting replaces it in place, or appends it; `nil` removes it.
  public subscript(key: String) -> JSONValue? {
    get { pairs.last { $0.key == key }?.value }
    set {
      if let newValue {
        if let index = pairs.lastIndex(where: { $0.key == key }) {
          pairs[index].value = newValue
        } else {
          pairs.append(Pair(key: key, value: newValue))
        }
      } else {
        pairs.removeAll { $0.key == key }
      }
    }
  }

  /// Appends a pair without looking for the key: for building large objects.
  public mutating func append(_ key: String, _ value: JSONValue) {
    pairs.append(Pair(key: key, value: value))
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object whose keys keep their order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }

  /// An integer.
  public init(_ value: some BinaryInteger) { self = .integer(Int64(value)) }
}
