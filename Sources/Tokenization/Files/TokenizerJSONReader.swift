import Artifacts

/// Reads a `tokenizer.json` of the kind that Akshara knows: byte-level BPE without a normalizer.
///
/// What the file asks for and Akshara does not do is refused by the name of its place in the file,
/// such as `pre_tokenizer.pretokenizers[0].behavior`; nothing is skipped. The post-processor is the one
/// exception: it adds tokens around a text, which `encode` never does, so it is only checked to be
/// of a known type and kept in the file.
struct TokenizerJSONReader {
  let location: SourceLocation

  /// The definition that the document holds.
  ///
  /// - Throws: `malformed`, `unsupported`.
  func definition(of document: JSONValue) throws -> BPEDefinition {
    let root = try section(document, "")
    try root.allow([
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
      "post_processor", "decoder", "model",
    ])
    for key in ["truncation", "padding", "normalizer"] { try root.demand(key, [.null]) }
    let pattern = try pattern(of: root.section("pre_tokenizer"))
    try checkPostProcessor(root)
    try checkDecoder(root.section("decoder"))
    let addedTokens = try addedTokens(of: root)
    let model = try root.section("model")
    let prefersWhole = try checkModel(model)
    var reader = BPEModelReader(section: model, addedTokens: addedTokens)
    try reader.readVocabulary()
    return BPEDefinition(
      pretokenizer: Pretokenizer(pattern), vocabulary: reader.vocabulary,
      merges: try reader.merges(),
      prefersWholePretokens: prefersWhole, addedTokens: addedTokens)
  }

  private func section(_ value: JSONValue, _ name: String) throws -> TokenizerJSONSection {
    try TokenizerJSONSection(value, name: name, location: location)
  }

  // MARK: Pretokenizer, decoder, post-processor

  /// `Sequence[Split(Regex, Isolated)…, ByteLevel(use_regex: false)]`, or
  /// `ByteLevel(use_regex: true)`, which is GPT-2's pattern.
  private func pattern(of section: TokenizerJSONSection) throws -> SplitPattern {
    guard try section.type() == "Sequence" else {
      try checkByteLevel(section, usesRegex: true)
      return .gpt2
    }
    try section.allow(["type", "pretokenizers"])
    let parts = try section.sections("pretokenizers")
    guard let last = parts.last, parts.count > 1 else {
      throw section.unsupported(
        "pretokenizers", "has \(parts.count) parts",
        "Akshara reads `Split`s followed by a `ByteLevel`")
    }
    try checkByteLevel(last, usesRegex: false)
    let regexes = try parts.dropLast().map(regex)
    guard let pattern = SplitPattern(regexes: regexes) else {
      throw parts[0].unsupported(
        "pattern", "is \((parts[0]["pattern"] ?? .null).compactString)",
        "Akshara knows the patterns of "
          + SplitPattern.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return pattern
  }

  private func checkByteLevel(_ section: TokenizerJSONSection, usesRegex: Bool) throws {
    try section.demand("type", ["ByteLevel"])
    try section.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    try section.demand("add_prefix_space", [false], absent: true)
    try section.demand("use_regex", [.bool(usesRegex)], absent: true)
  }

  private func regex(of section: TokenizerJSONSection) throws -> String {
    try section.demand("type", ["Split"])
    try section.allow(["type", "pattern", "behavior", "invert"])
    try section.demand("behavior", ["Isolated"])
    try section.demand("invert", [false])
    guard let regex = section["pattern"]?["Regex"]?.string else {
      let value = (section["pattern"] ?? .null).compactString
      throw section.unsupported("pattern", "is \(value)", "Akshara reads a `Regex`")
    }
    return regex
  }

  private func checkPostProcessor(_ root: TokenizerJSONSection) throws {
    guard let value = root["post_processor"], value != .null else { return }
    let section = try section(value, "post_processor")
    let parts = try section.type() == "Sequence" ? section.sections("processors") : [section]
    for part in parts { try part.demand("type", ["ByteLevel", "TemplateProcessing"]) }
  }

  private func checkDecoder(_ section: TokenizerJSONSection) throws {
    try section.demand("type", ["ByteLevel"])
    try section.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
  }

  // MARK: Added tokens and the model's options

  private func addedTokens(of root: TokenizerJSONSection) throws -> [AddedToken] {
    guard root["added_tokens"] != nil else { return [] }
    return try root.sections("added_tokens").map { section in
      try section.allow([
        "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
      ])
      for key in ["single_word", "lstrip", "rstrip"] { try section.demand(key, [false]) }
      guard let text = section["content"]?.string else {
        throw section.malformed("content", "is not a string")
      }
      guard let id = section["id"]?.integer, let id = TokenID(exactly: id) else {
        throw section.malformed("id", "is not a token ID")
      }
      return AddedToken(
        id: id, text: text, isSpecial: try section.flag("special"),
        isNormalized: try section.flag("normalized"))
    }
  }

  /// Checks the model's options and returns `ignore_merges`.
  private func checkModel(_ model: TokenizerJSONSection) throws -> Bool {
    try model.demand("type", ["BPE"], absent: true)
    try model.allow([
      "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
      "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges",
    ])
    try model.demand("dropout", [.null, .number(0), 0])
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try model.demand(key, [.null, ""])
    }
    try model.demand("byte_fallback", [false], absent: true)
    // `unk_token` and `fuse_unk` say nothing here: every byte has a token.
    return try model.flag("ignore_merges")
  }
}
