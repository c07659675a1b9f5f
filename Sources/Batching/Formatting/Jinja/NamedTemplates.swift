internal import Artifacts

/// The chat templates of a file or folder, where it holds several with names, as those of Cohere do.
///
///     MODEL/                  default, or what transformers takes where a conversation has tools
///     MODEL/:tool_use         the one of this name
///
/// transformers keeps them as a list in `tokenizer_config.json`, or as
/// `additional_chat_templates/NAME.jinja` beside `chat_template.jinja`.
/// Source: transformers 5.17, `PreTrainedTokenizerBase.get_chat_template` and `save_chat_templates`.
enum NamedTemplates {
  /// The name of the one that is taken if none is named.
  static let standard = "default"
  /// The name of the one that is taken for conversations with tools, if it is there.
  static let forTools = "tool_use"

  private static let folder = "additional_chat_templates"

  /// An option's file or folder, and the name of one of its templates.
  static func parts(of option: String) -> (path: String, name: String?) {
    guard !Path.exists(option), let colon = option.lastIndex(of: ":") else { return (option, nil) }
    let path = String(option[..<colon])
    let name = String(option[option.index(after: colon)...])
    return Path.exists(path) && !name.isEmpty ? (path, name) : (option, nil)
  }

  /// The file that holds the template of this name alone; `nil` if there is none.
  static func file(_ name: String, in path: String) -> String? {
    guard Path.isFolder(path), !name.contains("/"), name != standard else { return nil }
    let file = Path.join(path, "\(folder)/\(name).jinja")
    return Path.exists(file) ? file : nil
  }

  /// The option for conversations with tools, where `option` names no template and one of that name
  /// is there; `nil` elsewhere.
  ///
  /// - Throws: `unreadable`, `malformed` for a `tokenizer_config.json` that is no JSON document.
  static func optionForTools(_ option: String) throws -> String? {
    guard TemplateFile.isPath(option), parts(of: option).name == nil else { return nil }
    let isThere =
      try file(forTools, in: option) != nil
      || TemplateFile.configuration(of: option).map { try list(in: $0).contains(forTools) } ?? false
    return isThere ? "\(option):\(forTools)" : nil
  }

  /// The names in a `tokenizer_config.json`.
  private static func list(in path: String) throws -> [String] {
    try (TemplateFile.json(of: path)["chat_template"]?.array ?? []).compactMap {
      $0["name"]?.string
    }
  }

  /// The template of a `tokenizer_config.json`: a text, or the one of a list that is named, else
  /// `default`, else the first.
  ///
  /// - Throws: `invalidOption` if there is none of that name.
  static func text(
    in json: JSONValue, named name: String?, at path: String
  ) throws -> String {
    let templates = json["chat_template"]?.array ?? []
    func template(_ name: String) -> String? {
      templates.first { $0["name"]?.string == name }?["template"]?.string
    }
    let single = json["chat_template"]?.string
    guard let name, name != standard || single == nil else {
      let text = single ?? template(standard) ?? templates.first?["template"]?.string
      guard let text else {
        throw AksharaError(
          .invalidOption, "there is no `chat_template`", at: SourceLocation(file: path),
          remedy: "name a file with a chat template")
      }
      return text
    }
    guard let text = template(name) else {
      let known = templates.compactMap { $0["name"]?.string }
      throw AksharaError(
        .invalidOption, "there is no chat template `\(name)`", at: SourceLocation(file: path),
        remedy: known.isEmpty
          ? "leave the name out" : "it has: " + known.joined(separator: ", "))
    }
    return text
  }
}
