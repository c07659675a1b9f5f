internal import Artifacts
internal import Batching
internal import Tokenization

/// A shard set that a training is given rather than made by its run: what recipe, tokenizer and set have
/// to agree on, so that the adapter is served as it was trained.
struct GivenShards {
  private let manifest: ShardManifest
  private let path: String
  private let tokenizer: BPETokenizer

  /// Opens a set, and the tokenizer that is said to have made it.
  ///
  /// - Throws: what opening throws; `invalidOption` if the set was made with another tokenizer.
  init(_ path: String, tokenizer file: String) throws {
    self.path = path
    manifest = try ShardSet.sound(path).manifest
    tokenizer = try BPETokenizer(contentsOf: file)
    guard tokenizer.digest == manifest.tokenizerDigest else {
      throw AksharaError(
        .invalidOption,
        "the shard set was made with the tokenizer \(manifest.tokenizerDigest), not with "
          + "`\(file)`, which is \(tokenizer.digest)",
        at: SourceLocation(file: path),
        remedy: "give --tokenizer with the folder of the tokenizer that made it")
    }
  }

  /// Whether it is known with which templates the set was made; of one that was made elsewhere it may
  /// not be.
  private var namesTemplates: Bool {
    !(manifest.origin?.unproven.contains(.messageBorders) ?? false)
  }

  /// The recipe with the set's format, where it states none.
  ///
  /// - Throws: `invalidOption` if it states other templates.
  func recipe(_ recipe: Recipe) throws -> Recipe {
    guard namesTemplates else { return recipe }
    guard recipe.statesFormat else { return recipe.taking(manifest.options) }
    let stated = try recipe.format.templateNames(for: tokenizer)
    let made = manifest.templates.map(\.name)
    guard Set(stated) != Set(made) else { return recipe }
    throw AksharaError(
      .invalidOption,
      "the recipe's format is \(stated.joined(separator: ", ")), but the shard set was made with "
        + made.joined(separator: ", "),
      at: SourceLocation(file: path),
      remedy:
        "write `template: \(made.joined(separator: ", "))` below `format`, leave `format` out, "
        + "or give the set that the recipe describes")
  }

  /// The names of the raw files from which rows of the set come.
  var sourceNames: Set<String> { Set(manifest.totals.sources.keys) }

  /// Lets the tokenizer's files in `folder` name the template of the set, in which the model was trained.
  ///
  /// - Returns: the template's name, if another one stood there.
  /// - Throws: `unwritable`, `malformed`.
  func writeTemplate(into folder: String) throws -> String? {
    guard namesTemplates, let template = manifest.templates.first else { return nil }
    let there = try? TemplateCatalog.jinja(folder, for: tokenizer)
    guard there?.jinja != template.jinja else { return nil }
    let (file, configuration) = (
      Path.join(folder, "chat_template.jinja"), Path.join(folder, "tokenizer_config.json")
    )
    if Path.exists(configuration) {
      let location = SourceLocation(file: configuration)
      let json = try JSONValue(configuration: TextFile(configuration).bytes, at: location)
      guard case .object(var object) = json else {
        throw AksharaError(.malformed, "this is no JSON object", at: location)
      }
      object["chat_template"] = .string(template.jinja)
      try AtomicFile.write(JSONValue.object(object).pretty, to: configuration)
    }
    if Path.exists(file) || !Path.exists(configuration) {
      try AtomicFile.write(Array(template.jinja.utf8), to: file)
    }
    return template.name
  }
}
