import Artifacts

/// An object inside a `tokenizer.json`, with its name, for errors that say where.
struct TokenizerJSONSection {
  let name: String
  let object: JSONObject
  let location: SourceLocation

  /// - Throws: `malformed` if `value` is not an object.
  init(_ value: JSONValue, name: String, location: SourceLocation) throws {
    guard let object = value.object else {
      let subject = name.isEmpty ? "the document" : "`\(name)`"
      throw AksharaError(
        .malformed, "\(subject) is not an object", at: location, remedy: "give a tokenizer.json")
    }
    self.name = name
    self.object = object
    self.location = location
  }

  /// The value under `key`.
  subscript(key: String) -> JSONValue? { object[key] }

  /// The name of the value under `key`.
  func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  /// The object under `key`.
  func section(_ key: String) throws -> TokenizerJSONSection {
    try TokenizerJSONSection(object[key] ?? .null, name: path(key), location: location)
  }

  /// The objects in the array under `key`.
  func sections(_ key: String) throws -> [TokenizerJSONSection] {
    guard let values = object[key]?.array else { throw malformed(key, "is not an array") }
    return try values.enumerated().map {
      try TokenizerJSONSection($1, name: path("\(key)[\($0)]"), location: location)
    }
  }

  /// The objects in the array under `key`, which stand `depth` levels deep in objects of their kind.
  func nested(_ key: String, depth: Int) throws -> [TokenizerJSONSection] {
    guard depth < Self.deepestNesting else {
      throw unsupported(key, "is nested \(depth) times", "write one flat sequence")
    }
    return try sections(key)
  }

  /// How deep sequences may stand in sequences: files in use have one level, seldom two.
  static let deepestNesting = 16

  /// The string under `type`.
  func type() throws -> String { try string("type") }

  /// The string under `key`.
  func string(_ key: String) throws -> String {
    guard let text = object[key]?.string else { throw malformed(key, "is not a string") }
    return text
  }

  /// The string under `key`; `nil` if it is not there or null.
  func optionalString(_ key: String) throws -> String? {
    guard let value = object[key], value != .null else { return nil }
    return try string(key)
  }

  /// The whole number under `key`, which must lie in `range`.
  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    guard let value = object[key]?.integer, let value = Int(exactly: value), range.contains(value)
    else {
      throw malformed(key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The Boolean under `key`; false if it is not there.
  func flag(_ key: String) throws -> Bool {
    guard let value = object[key] else { return false }
    guard let flag = value.bool else { throw malformed(key, "is not true or false") }
    return flag
  }

  /// Refuses keys that are not listed.
  func allow(_ keys: [String]) throws {
    for key in object.keys where !keys.contains(key) {
      throw unsupported(key, "is unknown to Akshara", "remove it if it changes nothing")
    }
  }

  /// Refuses a value under `key` that is not listed. A missing one counts as null, or, where
  /// `absent` says so, as allowed.
  func demand(_ key: String, _ values: [JSONValue], absent: Bool = false) throws {
    if absent, object[key] == nil { return }
    let value = object[key] ?? .null
    guard !values.contains(value) else { return }
    let allowed = values.map(\.compactString).joined(separator: " or ")
    throw unsupported(key, "is \(value.compactString)", "Akshara reads only \(allowed)")
  }

  /// An error that names the value under `key`.
  func unsupported(_ key: String, _ problem: String, _ remedy: String) -> AksharaError {
    AksharaError(.unsupported, "`\(path(key))` \(problem)", at: location, remedy: remedy)
  }

  /// An error that names the value under `key`.
  func malformed(_ key: String, _ problem: String, _ remedy: String? = nil) -> AksharaError {
    AksharaError(.malformed, "`\(path(key))` \(problem)", at: location, remedy: remedy)
  }
}
