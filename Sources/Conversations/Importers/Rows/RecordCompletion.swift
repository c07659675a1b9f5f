internal import Artifacts

/// Fills in what a format left open: identifier, provenance, language, and the tags and the system
/// prompt of the options.
struct RecordCompletion {
  let options: ImportOptions
  let source: SourceFile

  /// The conversation of record `number` of the source, completed.
  func complete(_ conversation: Conversation, number: Int) -> Conversation {
    var conversation = conversation
    if conversation.id.isEmpty { conversation.id = "\(source.names.id)-\(number)" }
    conversation.provenance =
      conversation.provenance
      ?? Provenance(
        source: source.name, licence: options.licence, record: number, digest: source.digest)
    conversation.language =
      options.language ?? conversation.language ?? conversation.languageOfText
    conversation.tags = options.tags + conversation.tags.filter { !options.tags.contains($0) }
    if let prompt = options.systemPrompt, conversation.messages.first?.role != .system {
      conversation.messages.insert(Message(.system, .text(prompt)), at: 0)
    }
    return conversation
  }
}
