import Artifacts

extension Metaspace {
  /// Reads a `Metaspace` pretokenizer or decoder.
  ///
  /// - Throws: `malformed`, `unsupported`.
  init(_ section: TokenizerJSONSection) throws {
    try section.allow([
      "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep",
    ])
    mark = try section.string("replacement")
    guard mark.unicodeScalars.count == 1 else {
      throw section.malformed("replacement", "is not one character")
    }
    if let name = try section.optionalString("prepend_scheme") {
      guard let scheme = PrependScheme(rawValue: name) else {
        throw section.unsupported(
          "prepend_scheme", "is \"\(name)\"", "Akshara reads \"first\", \"never\" or \"always\"")
      }
      prependScheme = scheme
    }
    if section["split"] != nil, section["split"] != .null { splits = try section.flag("split") }
    // The older spelling of the scheme, which counts only where it says no.
    if section["add_prefix_space"] == .bool(false) {
      try section.demand("prepend_scheme", ["never"], absent: true)
      prependScheme = .never
    }
  }

  /// The pretokenizer as it stands in a `tokenizer.json`.
  var json: JSONValue {
    [
      "type": "Metaspace", "replacement": .string(mark),
      "prepend_scheme": .string(prependScheme.rawValue), "split": .bool(splits),
    ]
  }
}
