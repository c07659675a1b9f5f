import Artifacts

extension PretokenRule {
  /// Reads one rule that only cuts.
  ///
  /// - Throws: `malformed`; `unsupported` for a type that is not among `PretokenRule`'s.
  init(_ section: TokenizerJSONSection) throws {
    switch try section.type() {
    case "Split":
      try section.allow(["type", "pattern", "behavior", "invert"])
      self = .split(
        try SplitTarget(section.section("pattern")), try SplitBehavior(section),
        inverted: try section.flag("invert"))
    case "Digits":
      try section.allow(["type", "individual_digits"])
      self = .digits(individual: try section.flag("individual_digits"))
    case "Punctuation":
      try section.allow(["type", "behavior"])
      self = .punctuation(
        section["behavior"] == nil ? .isolated : try SplitBehavior(section))
    case "Whitespace":
      try section.allow(["type"])
      self = .whitespace
    case "WhitespaceSplit":
      try section.allow(["type"])
      self = .whitespaceSplit
    case let type:
      throw section.unsupported(
        "type", "is \"\(type)\"",
        "Akshara reads Split, ByteLevel, Metaspace, Digits, Punctuation, Whitespace, "
          + "WhitespaceSplit and Sequence")
    }
  }

  /// The rule as it stands in a `tokenizer.json`.
  var json: JSONValue {
    switch self {
    case .split(let target, let behavior, let inverted):
      [
        "type": "Split", "pattern": target.json, "behavior": .string(behavior.rawValue),
        "invert": .bool(inverted),
      ]
    case .byteLevel(let usesRegex, let addsPrefixSpace):
      [
        "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": true,
        "use_regex": .bool(usesRegex),
      ]
    case .digits(let individual): ["type": "Digits", "individual_digits": .bool(individual)]
    case .punctuation(let behavior):
      ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .sequence(let rules):
      ["type": "Sequence", "pretokenizers": .array(rules.map(\.json))]
    }
  }
}

extension SplitTarget {
  /// Reads a `pattern`.
  fileprivate init(_ section: TokenizerJSONSection) throws {
    try section.allow(["String", "Regex"])
    self =
      section["Regex"] != nil
      ? .regex(try section.string("Regex")) : .text(try section.string("String"))
  }

  fileprivate var json: JSONValue {
    switch self {
    case .regex(let text): ["Regex": .string(text)]
    case .text(let text): ["String": .string(text)]
    }
  }
}

extension SplitBehavior {
  /// Reads a `behavior`.
  fileprivate init(_ section: TokenizerJSONSection) throws {
    let name = try section.string("behavior")
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw section.unsupported(
        "behavior", "is \"\(name)\"",
        "Akshara reads " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = behavior
  }
}
