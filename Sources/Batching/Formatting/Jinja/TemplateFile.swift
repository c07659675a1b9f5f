internal import Artifacts
internal import Tokenization

/// A chat template in a file, with the tokenizer's named tokens.
///
/// The file is `FILE.jinja`, a `tokenizer_config.json` with a `chat_template`, or a model's folder
/// with either of them.
struct TemplateFile {
  /// The file the text was read from.
  let path: String
  /// What manifests call it: the file's name, with its folder's where all files are called so.
  let name: String
  /// The template's text.
  let text: String
  /// `bos_token`, `eos_token` and their like.
  let variables: [(name: String, text: String)]

  private static let configuration = "tokenizer_config.json"
  private static let template = "chat_template.jinja"

  /// Whether an option's value names a file rather than a template of ours.
  static func isPath(_ option: String) -> Bool {
    option.hasSuffix(".jinja") || option.hasSuffix(".json") || option.contains("/")
  }

  /// The files that are read for `option`.
  static func places(of option: String) -> [String] {
    let inside = [template, configuration].map { Path.join(option, $0) }.filter(Path.exists)
    if !inside.isEmpty { return inside }
    let beside = Path.join(Path.folder(of: option), configuration)
    return beside != option && Path.exists(beside) ? [option, beside] : [option]
  }

  /// Finds the template that `option` names.
  ///
  /// - Parameter sequenceTokens: begin and end token that go before the configuration's.
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `invalidOption` if no template is there.
  init(_ option: String, tokenizer: (any Tokenizer)?, sequenceTokens: SequenceTokens?) throws {
    let configured = Path.join(option, Self.configuration)
    let beside = Path.join(option, Self.template)
    if Path.exists(beside) {
      try self.init(reading: beside, tokenizer, sequenceTokens)
    } else if Path.exists(configured) {
      try self.init(configuration: configured, tokenizer, sequenceTokens)
    } else if option.hasSuffix(".json") {
      try self.init(configuration: option, tokenizer, sequenceTokens)
    } else {
      try self.init(reading: option, tokenizer, sequenceTokens)
    }
  }

  private init(
    reading path: String, _ tokenizer: (any Tokenizer)?, _ sequenceTokens: SequenceTokens?
  ) throws {
    let bytes = try Self.bytes(of: path)
    self.path = path
    name = Self.name(of: path)
    text = String(decoding: bytes, as: UTF8.self)
    let beside = Path.join(Path.folder(of: path), Self.configuration)
    let json = Path.exists(beside) ? try Self.json(of: beside) : nil
    variables = Self.variables(json, tokenizer, sequenceTokens)
  }

  private init(
    configuration path: String, _ tokenizer: (any Tokenizer)?, _ sequenceTokens: SequenceTokens?
  ) throws {
    let json = try Self.json(of: path)
    guard let text = Self.template(in: json) else {
      throw AksharaError(
        .invalidOption, "there is no `chat_template`", at: SourceLocation(file: path),
        remedy: "name a file with a chat template")
    }
    self.path = path
    name = Self.name(of: path)
    self.text = text
    variables = Self.variables(json, tokenizer, sequenceTokens)
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    let bytes = try TextFile(path).bytes
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw AksharaError(
        .malformed, "the template is not UTF-8", at: SourceLocation(file: path),
        remedy: "write it in UTF-8")
    }
    return bytes
  }

  private static func json(of path: String) throws -> JSONValue {
    try JSONValue(parsing: TextFile(path).bytes, at: SourceLocation(file: path))
  }

  /// The template of a configuration: a text, or a list of named ones, of which `default` counts.
  private static func template(in json: JSONValue) -> String? {
    if let text = json["chat_template"]?.string { return text }
    let named = json["chat_template"]?.array ?? []
    let chosen = named.first { $0["name"]?.string == "default" } ?? named.first
    return chosen?["template"]?.string
  }

  private static func name(of path: String) -> String {
    let file = Path.name(of: path)
    guard file == configuration || file == template else { return file }
    let folder = Path.name(of: Path.folder(of: path))
    return folder.isEmpty || folder == "." ? file : folder + "/" + file
  }

  /// The names that transformers gives to templates, in its order.
  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The tokenizer's named tokens: those of the options, those of its configuration, or those by
  /// which widespread models are known.
  private static func variables(
    _ json: JSONValue?, _ tokenizer: (any Tokenizer)?, _ given: SequenceTokens?
  ) -> [(name: String, text: String)] {
    let known = tokenizer.flatMap { SequenceTokens(of: $0) }
    let leading = tokenizer?.leadingTokens.first.flatMap { tokenizer?.bytes(of: $0) }
      .map { String(decoding: $0, as: UTF8.self) }
    return tokenNames.compactMap { name in
      let configured = json.flatMap { tokenText($0[name]) }
      let text: String? =
        switch name {
        case "bos_token":
          given?.begin ?? configured ?? (json == nil ? leading ?? known?.begin : nil)
        case "eos_token": given?.end ?? configured ?? (json == nil ? known?.end : nil)
        default: configured
        }
      return text.map { (name, $0) }
    }
  }

  /// A token: its text, or an object with its text as `content`.
  private static func tokenText(_ json: JSONValue?) -> String? {
    json?.string ?? json?["content"]?.string
  }
}
