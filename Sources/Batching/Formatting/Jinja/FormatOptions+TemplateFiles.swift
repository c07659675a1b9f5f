package import Artifacts
package import Tokenization

extension FormatOptions {
  /// The files that the options' templates are read from, with their digests: what rows depend on
  /// besides the options themselves.
  ///
  /// - Throws: `unreadable`.
  package func templateFiles() throws -> [(name: String, digest: Digest)] {
    let named = templates + templateByTag.map(\.template)
    return try named.filter(TemplateCatalog.isFile).flatMap { option in
      try TemplateFile.places(of: option).map { path in
        ("template \(option): \(Path.name(of: path))", Digest(of: try TextFile(path).bytes))
      }
    }
  }

  /// The names of all templates that the options may use, as manifests hold them.
  ///
  /// - Throws: as rendering would if one of them cannot be used with the tokenizer.
  package func templateNames(for tokenizer: some Tokenizer) throws -> [String] {
    try TemplateChooser(self, tokenizer: tokenizer).all.map(\.name)
  }

  /// The options as manifests hold them: files by their names without folders, so that a set is the
  /// same wherever it is made.
  func recorded(as templates: [any ChatTemplate]) -> FormatOptions {
    var names: [String: String] = [:]
    let options = self.templates + templateByTag.map(\.template)
    var seen: Set<String> = []
    for (option, template) in zip(options.filter { seen.insert($0).inserted }, templates) {
      names[option] = template.name
    }
    var result = self
    result.templates = self.templates.map { names[$0] ?? $0 }
    result.templateByTag = templateByTag.map {
      TaggedTemplate(tag: $0.tag, template: names[$0.template] ?? $0.template)
    }
    return result
  }
}
