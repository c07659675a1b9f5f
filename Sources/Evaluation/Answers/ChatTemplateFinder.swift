internal import Artifacts
public import Batching
public import Tokenization

/// Finds the chat template that a model or adapter folder was made with.
public enum ChatTemplateFinder {
  /// The template of the first folder that has a `chat_template.jinja` or a `tokenizer_config.json`:
  /// ours if it is the Jinja form of one, else the folder's own, run as it is.
  ///
  /// - Throws: `invalidOption` if there is none; `malformed` or `unsupported`, with its line, if it is
  ///   no Jinja that can be rendered.
  public static func template(
    in folders: [String], for tokenizer: some Tokenizer
  ) throws -> any ChatTemplate {
    let files = ["chat_template.jinja", "tokenizer_config.json"]
    let found = folders.first { folder in files.contains { Path.exists(Path.join(folder, $0)) } }
    guard let folder = found else {
      throw AksharaError(
        .invalidOption, "no chat template stands beside the model",
        at: folders.first.map { SourceLocation(file: $0) },
        remedy: "give `--template`, or `--raw` to take the prompt as it is")
    }
    let jinja = try TemplateCatalog.jinja(folder, for: tokenizer)
    for name in TemplateCatalog.names {
      if let template = try? TemplateCatalog.template(named: name, for: tokenizer),
        template.jinja == jinja.jinja
      {
        return template
      }
    }
    return jinja
  }
}
