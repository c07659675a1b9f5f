internal import Artifacts
internal import Conversations
internal import Jinja

extension JinjaTemplate {
  /// Refuses a message whose typed parts the template prints as Python prints a dictionary: it knows
  /// texts alone, and a model would be trained on `{'type': 'text', …}`.
  ///
  /// - Throws: `unsupported`.
  func requireText(of conversation: Conversation, in atoms: [TemplateAtom]) throws {
    for (index, message) in conversation.messages.enumerated() {
      guard case .parts(let parts) = message.content else { continue }
      let own = atoms.filter { $0.data?.message == index && $0.data?.field == .content }
      let text = own.flatMap(\.bytes)
      let isPrinted = parts.contains { part in
        part.object != nil && (Value(part, origin: .computed).printed.map(text.holds) ?? false)
      }
      guard isPrinted else { continue }
      throw AksharaError(
        .unsupported,
        "message \(index + 1) of conversation `\(conversation.id)` has typed parts, which the "
          + "template `\(name)` prints as Python prints a list (`[{'type': …}]`)",
        remedy: "write the content as one text, or choose another template")
    }
  }
}

extension [UInt8] {
  /// Whether `other` stands in these bytes.
  fileprivate func holds(_ other: [UInt8]) -> Bool {
    guard let first = other.first, other.count <= count else { return other.isEmpty }
    return (0...(count - other.count)).contains {
      self[$0] == first && self[$0...].starts(with: other)
    }
  }
}
