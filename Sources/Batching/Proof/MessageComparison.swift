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
  /// Whether the row ends inside of the message.
  var isCut = false

  /// No mark that a template writes before thinking is longer.
  private static let longestMark = 32

  /// The message's fate.
  var change: ConversationAccount.Change {
    let content = Array((message.content.text ?? "").utf8)
    guard let rendered else {
      if content.isEmpty && message.toolCalls.isEmpty { return .unchanged }
      return !content.isEmpty && contains(trimmed(content), in: row) ? .merged : .leftOut
    }
    if !message.toolCalls.isEmpty {
      // How a call is written is the template's matter, so of one that is cut nothing can be told.
      return isCut
        ? .cut
        : toolNames.allSatisfy { contains($0, in: rendered) } ? .toolCallsRendered : .differs
    }
    if let reasoning = message.reasoning, !reasoning.isEmpty {
      let thinking = trimmed(Array(reasoning.utf8))
      if let place = thinking.isEmpty ? rendered.startIndex..<0 : rendered.firstRange(of: thinking)
      {
        if contains(trimmed(content), in: rendered) { return .reasoningRendered }
        return endsInBeginning(of: content, behind: place.upperBound) ? .cut : .differs
      }
      if rendered == content || rendered == trimmed(content) { return .reasoningLeftOut }
      return endsInBeginning(of: thinking, behind: 0) ? .cut : cutOrDiffers(content)
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
    // The template may write a space before the answer.
    let space = rendered.withUnsafeBytes { PythonWhitespace.end(ofSpaceFrom: 0, in: $0) }
    return content.starts(with: rendered) || trimmed(content).starts(with: rendered[space...])
      ? .cut : .differs
  }

  /// Whether what stands in the row, from `start` on, is a mark and the beginning of a text, where the row
  /// is cut.
  private func endsInBeginning(of text: [UInt8], behind start: Int) -> Bool {
    guard isCut, let rest = rendered?[start...] else { return false }
    let text = trimmed(text)
    return (0...min(rest.count, text.count)).contains { count in
      rest.count - count <= Self.longestMark && text.starts(with: rest.suffix(count))
    }
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
