import Artifacts
import Orthography

extension TextNormalizer {
  /// The names that this reader knows, for errors.
  private static let names =
    "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents and Nmt"

  /// Reads a `normalizer`.
  ///
  /// - Throws: `malformed`; `unsupported` for a type that is not above.
  init(_ section: TokenizerJSONSection, depth: Int = 0) throws {
    let type = try section.type()
    if let form = NormalizationForm(rawValue: type) {
      try section.allow(["type"])
      self = .form(form)
      return
    }
    switch type {
    case "Sequence":
      try section.allow(["type", "normalizers"])
      self = .sequence(
        try section.nested("normalizers", depth: depth).map {
          try TextNormalizer($0, depth: depth + 1)
        })
    case "Prepend":
      try section.allow(["type", "prepend"])
      self = .prepend(try section.string("prepend"))
    case "Replace":
      try section.allow(["type", "pattern", "content"])
      self = .replace(
        try TextPattern(section, "pattern"), with: try section.string("content"))
    case "Lowercase", "StripAccents", "Nmt":
      try section.allow(["type"])
      self = type == "Lowercase" ? .lowercase : type == "Nmt" ? .nmt : .stripAccents
    case "Strip":
      try section.allow(["type", "strip_left", "strip_right"])
      self = .strip(left: try section.flag("strip_left"), right: try section.flag("strip_right"))
    default:
      throw section.unsupported("type", "is \"\(type)\"", "Akshara reads \(Self.names)")
    }
  }

  /// The normalizer as it stands in a `tokenizer.json`; `nil` where none does the same.
  var json: JSONValue? {
    switch self {
    case .sequence(let parts):
      let values = parts.map(\.json)
      guard !values.contains(nil) else { return nil }
      return ["type": "Sequence", "normalizers": .array(values.compactMap { $0 })]
    case .prepend(let text): return ["type": "Prepend", "prepend": .string(text)]
    case .replace(let pattern, let text):
      return ["type": "Replace", "pattern": pattern.json, "content": .string(text)]
    case .form(let form): return ["type": .string(form.rawValue)]
    case .lowercase: return ["type": "Lowercase"]
    case .strip(let left, let right):
      return ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .stripAccents: return ["type": "StripAccents"]
    case .nmt: return ["type": "Nmt"]
    case .sentencePiece(let normalizer): return normalizer.equivalent?.json
    }
  }
}

extension TextPattern {
  /// Reads `{"String": …}` or `{"Regex": …}` under `key`.
  ///
  /// - Throws: `malformed`, `unsupported`.
  init(_ section: TokenizerJSONSection, _ key: String) throws {
    let pattern = try section.section(key)
    try pattern.allow(["String", "Regex"])
    guard pattern["Regex"] != nil else {
      self = .literal(try pattern.string("String"))
      return
    }
    let source = try pattern.string("Regex")
    do { self = .regex(try PatternExpression(compiling: source)) } catch {
      throw pattern.unsupported(
        "Regex", "is `\(source)`, which Akshara cannot run as Oniguruma does",
        "write it with fewer special constructs")
    }
  }

  /// The pattern as it stands in a `tokenizer.json`.
  var json: JSONValue {
    switch self {
    case .literal(let text): ["String": .string(text)]
    case .regex(let expression): ["Regex": .string(expression.source)]
    }
  }
}
