internal import Artifacts
internal import Conversations
internal import Tokenization

/// Gives each conversation its template.
struct TemplateChooser: Sendable {
  /// A template, and the one that its file has for conversations with tools.
  private struct Choice {
    let plain: any ChatTemplate
    var forTools: (any ChatTemplate)?

    func template(for conversation: Conversation) -> any ChatTemplate {
      conversation.tools.isEmpty ? plain : forTools ?? plain
    }
  }

  private let choices: [Choice]
  private let byTag: [String: Choice]
  private let seed: UInt64

  /// Every template that the options name, each once, in the order in which they are named, and
  /// behind them those that their files have for conversations with tools.
  let all: [any ChatTemplate]

  /// - Throws: `invalidOption` if a template is unknown, lacks a control token, or ends answers with
  ///   no control token.
  init(_ options: FormatOptions, tokenizer: some Tokenizer) throws {
    func template(_ name: String) throws -> any ChatTemplate {
      let template = try TemplateCatalog.template(
        named: name, for: tokenizer, sequenceTokens: options.sequenceTokens,
        date: options.templateDate)
      if options.trainOnEOS != .none { try (template as? JinjaTemplate)?.requireEnd(of: tokenizer) }
      return template
    }
    var known: [String: Choice] = [:]
    var all: [any ChatTemplate] = []
    var forTools: [any ChatTemplate] = []
    for name in options.templates + options.templateByTag.map(\.template) where known[name] == nil {
      var choice = Choice(plain: try template(name))
      choice.forTools = try NamedTemplates.optionForTools(name).map(template)
      known[name] = choice
      all.append(choice.plain)
      if let own = choice.forTools { forTools.append(own) }
    }
    choices = options.templates.compactMap { known[$0] }
    byTag = Dictionary(
      options.templateByTag.compactMap { entry in known[entry.template].map { (entry.tag, $0) } },
      uniquingKeysWith: { first, _ in first })
    seed = options.seed
    self.all = all + forTools
  }

  /// The template of every conversation, if all have the same.
  var only: (any ChatTemplate)? { all.count == 1 ? all[0] : nil }

  /// The template of `conversation`: that of its first tag which has one, else one of the list,
  /// by the first eight bytes of the SHA-256 of `seed:id`, so that it depends on nothing else.
  func template(for conversation: Conversation) -> any ChatTemplate {
    for tag in conversation.tags {
      if let choice = byTag[tag] { return choice.template(for: conversation) }
    }
    guard choices.count > 1 else { return choices[0].template(for: conversation) }
    let digest = Digest(of: "\(seed):\(conversation.id)".utf8)
    let word = digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return choices[Int(word % UInt64(choices.count))].template(for: conversation)
  }
}
