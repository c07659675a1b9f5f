internal import Artifacts
internal import Conversations
internal import Tokenization

/// Gives each conversation its template.
struct TemplateChooser: Sendable {
  private let templates: [any ChatTemplate]
  private let byTag: [String: any ChatTemplate]
  private let seed: UInt64

  /// Every template that the options name, each once, in the order in which they are named.
  let all: [any ChatTemplate]

  /// - Throws: `invalidOption` if a template is unknown or lacks a control token.
  init(_ options: FormatOptions, tokenizer: some Tokenizer) throws {
    var known: [String: any ChatTemplate] = [:]
    var all: [any ChatTemplate] = []
    for name in options.templates + options.templateByTag.map(\.template) where known[name] == nil {
      let template = try TemplateCatalog.template(
        named: name, for: tokenizer, sequenceTokens: options.sequenceTokens,
        date: options.templateDate)
      known[name] = template
      all.append(template)
    }
    templates = options.templates.compactMap { known[$0] }
    byTag = Dictionary(
      options.templateByTag.compactMap { entry in known[entry.template].map { (entry.tag, $0) } },
      uniquingKeysWith: { first, _ in first })
    seed = options.seed
    self.all = all
  }

  /// The template of every conversation, if all have the same.
  var only: (any ChatTemplate)? { templates.count == 1 && byTag.isEmpty ? templates[0] : nil }

  /// The template of `conversation`: that of its first tag which has one, else one of the list,
  /// by the first eight bytes of the SHA-256 of `seed:id`, so that it depends on nothing else.
  func template(for conversation: Conversation) -> any ChatTemplate {
    for tag in conversation.tags {
      if let template = byTag[tag] { return template }
    }
    guard templates.count > 1 else { return templates[0] }
    let digest = Digest(of: "\(seed):\(conversation.id)".utf8)
    let word = digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return templates[Int(word % UInt64(templates.count))]
  }
}
