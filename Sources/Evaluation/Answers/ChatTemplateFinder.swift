internal import Artifacts
public import Batching
public import Tokenization

/// Finds the chat template that a model or adapter folder was made with.
public enum ChatTemplateFinder {
  /// The template whose Jinja form stands in `tokenizer_config.json` of the first folder that has
  /// that file.
  ///
  /// - Throws: `invalidOption` if there is none, or if it is none of ours.
  public static func template(
    in folders: [String], for tokenizer: some Tokenizer
  ) throws -> any ChatTemplate {
    let files = folders.map { Path.join($0, "tokenizer_config.json") }
    let remedy = "give `--template`, or `--raw` to take the prompt as it is"
    guard let file = files.first(where: Path.exists) else {
      throw AksharaError(
        .invalidOption, "no chat template stands beside the model",
        at: folders.first.map { SourceLocation(file: $0) }, remedy: remedy)
    }
    let location = SourceLocation(file: file)
    let json = try JSONValue(parsing: TextFile(file).bytes, at: location)
    let jinja = json["chat_template"]?.string
    for name in TemplateCatalog.names {
      if let template = try? TemplateCatalog.template(named: name, for: tokenizer),
        template.jinja == jinja
      {
        return template
      }
    }
    throw AksharaError(
      .invalidOption,
      jinja == nil ? "there is no `chat_template`" : "the `chat_template` is none that is known",
      at: location, remedy: remedy)
  }
}
