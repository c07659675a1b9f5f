internal import Artifacts
internal import Conversations
internal import Orthography

extension Conversation {
  /// Normalizes the text of all messages, and lists the changes in them.
  ///
  /// - Returns: how often each rule changed something; empty where nothing was changed.
  mutating func normalize(with normalizer: SpellingNormalizer) -> [SpellingRule: Int] {
    var counts: [SpellingRule: Int] = [:]
    for index in messages.indices { messages[index].normalize(with: normalizer, &counts) }
    for index in (rejected ?? []).indices { rejected?[index].normalize(with: normalizer, &counts) }
    return counts
  }
}

extension Message {
  fileprivate mutating func normalize(
    with normalizer: SpellingNormalizer, _ counts: inout [SpellingRule: Int]
  ) {
    switch content {
    case .text(let text):
      content = .text(normalized(text, part: nil, with: normalizer, &counts))
    case .parts(var parts):
      for index in parts.indices {
        guard var part = parts[index].object, let text = part["text"]?.string else { continue }
        part["text"] = .string(normalized(text, part: index + 1, with: normalizer, &counts))
        parts[index] = .object(part)
      }
      content = .parts(parts)
    }
  }

  /// One text of the message; its edits go on from those of an earlier curation.
  private mutating func normalized(
    _ text: String, part: Int?, with normalizer: SpellingNormalizer,
    _ counts: inout [SpellingRule: Int]
  ) -> String {
    let earlier = NormalizedText(
      text: text, edits: edits.filter { $0.part == part }.map(\.edit))
    let result = normalizer.normalized(earlier)
    guard result != earlier else { return text }
    for rule in result.edits.filter({ !earlier.edits.contains($0) }).flatMap(\.rules) {
      counts[rule, default: 0] += 1
    }
    edits = edits.filter { $0.part != part } + result.edits.map { MessageEdit(part: part, $0) }
    return result.text
  }
}
