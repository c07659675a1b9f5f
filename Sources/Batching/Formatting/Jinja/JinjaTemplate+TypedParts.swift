internal import Conversations
internal import Jinja

extension JinjaTemplate {
  /// How many messages have typed parts that the template prints as Python prints a dictionary,
  /// `{'type': 'text', …}`, since it knows texts alone. transformers gives a model the same, so it is
  /// no refusal; but hardly anybody means it.
  func printedParts(of conversation: Conversation, in atoms: [TemplateAtom]) -> Int {
    conversation.messages.indices.count { index in
      guard case .parts(let parts) = conversation.messages[index].content else { return false }
      let own = atoms.filter { $0.data?.message == index && $0.data?.field == .content }
      let text = own.flatMap(\.bytes)
      return parts.contains { part in
        part.object != nil && (Value(part, origin: .computed).printed.map(text.holds) ?? false)
      }
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
