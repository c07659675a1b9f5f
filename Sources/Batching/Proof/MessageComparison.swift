internal import Artifacts
internal import Conversations

/// Says what became of a message: what stands in the row beside what stands in the conversation.
///
/// Nothing of the code that renders is asked.
struct MessageComparison {
  let message: Message
  /// What stands in the row as the message's own; `nil` if nothing does.
  let rendered: [UInt8]?
  /// The whole text of the row.
  let row: [UInt8]

  /// The message's fate.
  var change: ConversationAccount.Change {
    let content = Array((message.content.text ?? "").utf8)
    guard let rendered else {
      if content.isEmpty && message.toolCalls.isEmpty { return .unchanged }
      return !content.isEmpty && contains(trimmed(content), in: row) ? .merged : .leftOut
    }
    if !message.toolCalls.isEmpty {
      return toolNames.allSatisfy { contains($0, in: rendered) } ? .toolCallsRendered : .differs
    }
    if let reasoning = message.reasoning, !reasoning.isEmpty {
      if contains(trimmed(Array(reasoning.utf8)), in: rendered) {
        return contains(trimmed(content), in: rendered) ? .reasoningRendered : cutOrDiffers(content)
      }
      let isThere = rendered == content || rendered == trimmed(content)
      return isThere ? .reasoningLeftOut : cutOrDiffers(content)
    }
    if rendered == content { return .unchanged }
    if trimmed(rendered) == trimmed(content) { return .trimmed }
    if trimmed(rendered) == trimmed(withoutThinking(content)) { return .thinkingRemoved }
    // A message that takes another into itself, such as Llama 2's system message.
    if !trimmed(content).isEmpty, contains(trimmed(content), in: rendered) { return .merged }
    return cutOrDiffers(content)
  }

  private func cutOrDiffers(_ content: [UInt8]) -> ConversationAccount.Change {
    guard let rendered, !rendered.isEmpty else { return .differs }
    return content.starts(with: rendered) || trimmed(content).starts(with: rendered)
      ? .cut : .differs
  }

  /// The names of the functions that the message calls.
  private var toolNames: [[UInt8]] {
    message.toolCalls.compactMap { call in
      (call["function"]?["name"] ?? call["name"])?.string.map { Array($0.utf8) }
    }
  }

  /// `text` without what stands up to the last `</think>`, as the templates of thinking models leave
  /// it out.
  private func withoutThinking(_ text: [UInt8]) -> [UInt8] {
    guard let end = text.lastRange(of: Array("</think>".utf8)) else { return text }
    return Array(text[end.upperBound...])
  }

  private func trimmed(_ text: [UInt8]) -> [UInt8] {
    Array(String(decoding: text, as: UTF8.self).trimmingWhitespaceAsPython().utf8)
  }

  private func contains(_ part: [UInt8], in whole: [UInt8]) -> Bool {
    part.isEmpty || whole.firstRange(of: part) != nil
  }
}
