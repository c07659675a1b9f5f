internal import Artifacts
internal import Tokenization

/// A chat template in a file, with the tokenizer's named tokens.
///
/// The file is `FILE.jinja`, a `tokenizer_config.json` with a `chat_template`, or a model's folder
/// with either of them; `:NAME` behind the two latter chooses one of several (`NamedTemplates`).
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
    let path = NamedTemplates.parts(of: option).path
    return path.hasSuffix(".jinja") || path.hasSuffix(".json") || path.contains("/")
      || !TemplateCatalog.names.contains(path) && Path.exists(path)
  }

  /// The files that are read for `option`.
  static func places(of option: String) -> [String] {
    let (path, name) = NamedTemplates.parts(of: option)
    if let file = name.flatMap({ NamedTemplates.file($0, in: path) }) {
      return [file] + [configuration(of: path)].compactMap { $0 }
    }
    let inside = [template, configuration].map { Path.join(path, $0) }.filter(Path.exists)
    if !inside.isEmpty { return inside }
    let beside = Path.join(Path.folder(of: path), configuration)
    return beside != path && Path.exists(beside) ? [path, beside] : [path]
  }

  /// The `tokenizer_config.json` that a path means; `nil` if there is none.
  static func configuration(of path: String) -> String? {
    let inside = Path.join(path, configuration)
    if Path.exists(inside) { return inside }
    return path.hasSuffix(".json") && Path.exists(path) ? path : nil
  }

  /// Finds the template that `option` names.
  ///
  /// - Parameter sequenceTokens: begin and end token that go before the configuration's.
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `invalidOption` if no template is there.
  init(_ option: String, tokenizer: (any Tokenizer)?, sequenceTokens: SequenceTokens?) throws {
    let (path, name) = NamedTemplates.parts(of: option)
    let beside = Path.join(path, Self.template)
    let isNamed = name != nil && name != NamedTemplates.standard
    if let name, let file = NamedTemplates.file(name, in: path) {
      try self.init(reading: file, called: name, in: path, tokenizer, sequenceTokens)
    } else if Path.exists(beside), !isNamed {
      try self.init(reading: beside, in: path, tokenizer, sequenceTokens)
    } else if let configured = Self.configuration(of: path)
      ?? (path.hasSuffix(".json") ? path : nil)
    {
      try self.init(configuration: configured, name, tokenizer, sequenceTokens)
    } else if let name {
      throw AksharaError(
        .invalidOption, "there is no chat template `\(name)`", at: SourceLocation(file: path),
        remedy: "leave the name out")
    } else {
      try self.init(reading: path, in: Path.folder(of: path), tokenizer, sequenceTokens)
    }
  }

  private init(
    reading path: String, called name: String? = nil, in folder: String,
    _ tokenizer: (any Tokenizer)?, _ sequenceTokens: SequenceTokens?
  ) throws {
    let bytes = try Self.bytes(of: path)
    self.path = path
    self.name = name.map { Path.name(of: folder) + ":" + $0 } ?? Self.name(of: path)
    text = String(decoding: bytes, as: UTF8.self)
    let beside = Path.join(folder, Self.configuration)
    let json = Path.exists(beside) ? try Self.json(of: beside) : nil
    variables = Self.variables(json, tokenizer, sequenceTokens)
  }

  private init(
    configuration path: String, _ name: String?, _ tokenizer: (any Tokenizer)?,
    _ sequenceTokens: SequenceTokens?
  ) throws {
    let json = try Self.json(of: path)
    text = try NamedTemplates.text(in: json, named: name, at: path)
    self.path = path
    self.name = Self.name(of: path) + (name.map { ":" + $0 } ?? "")
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

  static func json(of path: String) throws -> JSONValue {
    try JSONValue(configuration: TextFile(path).bytes, at: SourceLocation(file: path))
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
