internal import Artifacts

/// Reads the keys of one JSON object, and names the object in its faults.
///
/// ```swift
/// var fields = try FieldReader(json, of: "message 3")
/// let name = try fields.string("name")   // message 3 has 5 as `name`; give a string
/// try fields.finish()                    // message 3 has the unknown key `nmae`; …
/// ```
struct FieldReader {
  /// The object's name in messages, such as `message 3`.
  let subject: String
  private let object: JSONObject
  private let nullIsAbsent: Bool
  private var asked: [String] = []

  /// - Parameter nullIsAbsent: whether `null` counts as a key that is not there, as in foreign
  ///   data sets; in our own records it is a wrong type.
  init(_ json: JSONValue, of subject: String, nullIsAbsent: Bool = false) throws {
    guard let object = json.object else {
      throw RowFault(
        .wrongType, "\(subject) is \(Self.excerpt(json))", remedy: "give a JSON object")
    }
    self.subject = subject
    self.object = object
    self.nullIsAbsent = nullIsAbsent
  }

  /// The value under `key`; `nil` if it is absent.
  mutating func value(_ key: String) -> JSONValue? {
    asked.append(key)
    let value = object[key]
    return nullIsAbsent && value == .null ? nil : value
  }

  /// The value under `key`, which still counts as a key that nothing has asked for.
  func peek(_ key: String) -> JSONValue? {
    let value = object[key]
    return nullIsAbsent && value == .null ? nil : value
  }

  /// Whether there is a value under `key`.
  func has(_ key: String) -> Bool { peek(key) != nil }

  /// The value under a key that must be there.
  mutating func required(_ key: String) throws -> JSONValue {
    guard let value = value(key) else {
      throw RowFault(.missingField, "\(subject) has no `\(key)`", remedy: "add `\(key)`")
    }
    return value
  }

  mutating func string(_ key: String) throws -> String? {
    try value(key).map { try Self.string($0, key, of: subject) }
  }

  mutating func requiredString(_ key: String) throws -> String {
    try Self.string(try required(key), key, of: subject)
  }

  /// A string that must be there, or a number as it is written.
  mutating func requiredText(_ key: String) throws -> String {
    let value = try required(key)
    return value.double == nil ? try Self.string(value, key, of: subject) : value.compactString
  }

  mutating func bool(_ key: String) throws -> Bool? {
    try value(key).map { value in
      guard let bool = value.bool else { throw wrongType(key, value, "give true or false") }
      return bool
    }
  }

  mutating func number(_ key: String) throws -> Double? {
    try value(key).map { value in
      guard let number = value.double else { throw wrongType(key, value, "give a number") }
      return number
    }
  }

  mutating func list(_ key: String) throws -> [JSONValue]? {
    try value(key).map { value in
      guard let list = value.array ?? Self.list(inText: value) else {
        throw wrongType(key, value, "give a list")
      }
      return list
    }
  }

  mutating func objects(_ key: String) throws -> [JSONValue]? {
    let list = try list(key)
    for value in list ?? [] where value.object == nil {
      throw wrongType(key, value, "give a list of objects")
    }
    return list
  }

  /// The list that a text holds as JSON: the only way in which a table can hold one.
  private static func list(inText value: JSONValue) -> [JSONValue]? {
    guard let text = value.string, text.drop(while: \.isWhitespace).first == "[" else { return nil }
    return (try? JSONValue(parsing: text))?.array
  }

  /// The keys with a value that nothing has asked for.
  var unused: [String] {
    guard object.pairs.count > Self.mostScanned else {
      return object.keys.filter { !asked.contains($0) && object[$0] != .null }
    }
    // Looking for each of a sheet's thousand columns among all would take their square.
    let values = Dictionary(
      object.pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    return object.keys.filter { !asked.contains($0) && values[$0] != .null }
  }

  /// Objects with at most so many keys are searched from one end to the other.
  private static let mostScanned = 32

  /// Refuses keys that nothing has asked for.
  func finish() throws {
    for key in object.keys where !asked.contains(key) {
      let known = asked.map { "`\($0)`" }.joined(separator: ", ")
      throw RowFault(
        .unknownKey, "\(subject) has the unknown key `\(key)`",
        remedy: "known keys are \(known)")
    }
  }

  func wrongType(_ key: String, _ value: JSONValue, _ remedy: String) -> RowFault {
    RowFault(.wrongType, "\(subject) has \(Self.excerpt(value)) as `\(key)`", remedy: remedy)
  }

  private static func string(
    _ value: JSONValue, _ key: String, of subject: String
  ) throws -> String {
    guard let string = value.string else {
      throw RowFault(
        .wrongType, "\(subject) has \(excerpt(value)) as `\(key)`", remedy: "give a string")
    }
    return string
  }

  /// A value as it is shown in messages: at most 60 characters.
  static func excerpt(_ value: JSONValue) -> String {
    let text = value.compactString
    return text.count <= 60 ? "`\(text)`" : "`\(text.prefix(59))…`"
  }
}
