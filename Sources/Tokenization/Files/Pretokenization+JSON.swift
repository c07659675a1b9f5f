import Artifacts

extension Pretokenization {
  /// Reads a `pre_tokenizer`; null leaves the text in one piece.
  ///
  /// - Throws: `malformed`; `unsupported` for what Akshara does not cut as `tokenizers` does.
  init(_ root: TokenizerJSONSection) throws {
    var reader = PretokenizationReader()
    if let value = root["pre_tokenizer"], value != .null {
      try reader.read(root.section("pre_tokenizer"), depth: 0)
    }
    self.init(try reader.steps(at: root.location), isByteLevel: reader.isByteLevel)
  }

  /// The pretokenizer as it stands in a `tokenizer.json`.
  var json: JSONValue {
    var parts: [JSONValue] = []
    var addsPrefixSpace = false
    for step in steps {
      switch step {
      case .cut(let pretokenizer):
        parts += pretokenizer.rule.parts.map { rule in
          guard case .byteLevel(let usesRegex, _) = rule else { return rule.json }
          return PretokenRule.byteLevel(
            usesRegex: usesRegex, addsPrefixSpace: addsPrefixSpace
          ).json
        }
      case .metaspace(let metaspace): parts.append(metaspace.json)
      case .spaceBefore: addsPrefixSpace = true
      case .spellBytes: break
      }
    }
    let namesByteLevel = steps.contains { step in
      guard case .cut(let pretokenizer) = step else { return false }
      return pretokenizer.rule.parts.contains { if case .byteLevel = $0 { true } else { false } }
    }
    if isByteLevel, !namesByteLevel {
      parts.append(
        PretokenRule.byteLevel(usesRegex: false, addsPrefixSpace: addsPrefixSpace).json)
    }
    switch parts.count {
    case 0: return .null
    case 1: return parts[0]
    default: return ["type": "Sequence", "pretokenizers": .array(parts)]
    }
  }
}

/// Reads a `pre_tokenizer` part by part.
private struct PretokenizationReader {
  /// A part: a rule that cuts, or any other step.
  private enum Part: Equatable {
    case rule(PretokenRule)
    case step(Pretokenization.Step)
  }

  private var parts: [Part] = []
  private(set) var isByteLevel = false

  mutating func read(_ section: TokenizerJSONSection, depth: Int) throws {
    let type = try section.type()
    // What follows a `ByteLevel` sees the characters that it spells bytes with.
    if isByteLevel, type != "Sequence", !parts.contains(.step(.spellBytes)) {
      parts.append(.step(.spellBytes))
    }
    switch type {
    case "Sequence":
      try section.allow(["type", "pretokenizers"])
      for part in try section.nested("pretokenizers", depth: depth) {
        try read(part, depth: depth + 1)
      }
    case "Metaspace": parts.append(.step(.metaspace(try Metaspace(section))))
    case "ByteLevel": try readByteLevel(section)
    default: parts.append(.rule(try PretokenRule(section)))
    }
  }

  private mutating func readByteLevel(_ section: TokenizerJSONSection) throws {
    try section.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    guard !isByteLevel else {
      throw section.unsupported("type", "is \"ByteLevel\" a second time", "name it once")
    }
    isByteLevel = true
    if try section.flag("add_prefix_space") { parts.append(.step(.spaceBefore)) }
    // Left out, it is true (`tokenizers` 0.23, `default_true`).
    let usesRegex = try section["use_regex"] == nil || section.flag("use_regex")
    parts.append(.rule(.byteLevel(usesRegex: usesRegex, addsPrefixSpace: false)))
  }

  /// The steps: one pretokenizer for rules that follow one another, so that the scanner sees all of
  /// them.
  func steps(at location: SourceLocation) throws -> [Pretokenization.Step] {
    var steps: [Pretokenization.Step] = []
    var rules: [PretokenRule] = []
    func flush() throws {
      // A `ByteLevel` without its expression cuts nothing.
      let cuts = rules.contains { $0 != .byteLevel(usesRegex: false, addsPrefixSpace: false) }
      defer { rules = [] }
      guard cuts, let first = rules.first else { return }
      let rule = rules.count == 1 ? first : .sequence(rules)
      steps.append(.cut(try Pretokenizer(rule, at: location)))
    }
    for part in parts {
      switch part {
      case .rule(let rule): rules.append(rule)
      case .step(let step):
        try flush()
        steps.append(step)
      }
    }
    try flush()
    return steps
  }
}
