/// The types of Python whose methods templates can name.
struct MethodOwners: OptionSet, Sendable {
  let rawValue: UInt8

  static let text = MethodOwners(rawValue: 1)
  static let list = MethodOwners(rawValue: 2)
  static let tuple = MethodOwners(rawValue: 4)
  static let dict = MethodOwners(rawValue: 8)
  static let integer = MethodOwners(rawValue: 16)
  static let float = MethodOwners(rawValue: 32)
  static let range = MethodOwners(rawValue: 64)
  static let stream = MethodOwners(rawValue: 128)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The type of a value.
  init(_ value: Value) {
    switch value {
    case .text: self = .text
    case .list(let list) where list.kind == .list: self = .list
    case .list(let list) where list.kind == .tuple: self = .tuple
    case .dict: self = .dict
    case .integer, .bool: self = .integer
    case .float: self = .float
    case .range: self = .range
    case .stream: self = .stream
    case .list, .undefined, .null, .namespace, .callable: self = []
    }
  }

  /// The types that have a method or an attribute called `name`.
  init(having name: String) {
    self = Self.names.reduce(into: []) { if $1.names.contains(name) { $0.insert($1.owner) } }
  }

  /// The types that the method `name` changes.
  ///
  /// Source: jinja2 3.1, `sandbox._mutable_spec`.
  init(changedBy name: String) {
    self = []
    if Self.changingLists.contains(name) { insert(.list) }
    if Self.changingDicts.contains(name) { insert(.dict) }
  }

  private static let changingLists: Set<String> = [
    "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove",
  ]
  private static let changingDicts: Set<String> = [
    "clear", "pop", "popitem", "setdefault", "update",
  ]

  /// `dir()` of each type in Python 3.11, without names that begin with an underscore.
  private static let names: [(owner: MethodOwners, names: Set<String>)] = [
    (
      .text,
      [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
        "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix",
        "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
        "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper",
        "zfill",
      ]
    ),
    (
      .list,
      [
        "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
        "sort",
      ]
    ),
    (.tuple, ["count", "index"]),
    (
      .dict,
      [
        "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault",
        "update", "values",
      ]
    ),
    (
      .integer,
      [
        "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes",
        "imag", "is_integer", "numerator", "real", "to_bytes",
      ]
    ),
    (.float, ["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "is_integer", "real"]),
    (.range, ["count", "index", "start", "step", "stop"]),
    (
      .stream,
      [
        "close", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "send",
        "throw",
      ]
    ),
  ]
}
