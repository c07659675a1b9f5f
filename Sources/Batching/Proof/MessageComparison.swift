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
  /// Whether the row was cut inside of the message.
  var isCut = false
  /// Whether the row ends inside of the message, whoever cut it, or with it.
  var endsRow = false
  /// Whether anything in the row is the message's, be it only its frame.
  var isFramed = false

  /// The message's fate.
  var change: ConversationAccount.Change {
    let content = Array((message.content.text ?? "").utf8)
    guard let rendered else { return changeOfUnseen(content) }
    if !message.toolCalls.isEmpty { return changeOfCalls(content, rendered) }
    if rendered == content { return hasReasoning ? .reasoningLeftOut : .unchanged }
    if message.role == .tool, let change = changeAsJSON(content, rendered) { return change }
    if hasReasoning { return changeWithReasoning(trimmed(content), rendered) }
    if trimmed(rendered) == trimmed(content) { return .trimmed }
    if let change = changeOfThinking(content, rendered) { return change }
    if isMerged(content, rendered) { return trimmed(content).isEmpty ? .trimmed : .merged }
    return cutOrDiffers([trimmed(content)], rendered)
  }

  private func changeOfCalls(
    _ content: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change {
    // How a call is written is the template's matter, so of one that is cut nothing can be told.
    if isCut { return .cut }
    if toolNames.allSatisfy({ contains($0, in: rendered) }) { return .toolCallsRendered }
    return FramedText(rendered).holds([trimmed(content)]) ? .leftOut : .differs
  }

  private func changeOfUnseen(_ content: [UInt8]) -> ConversationAccount.Change {
    if content.isEmpty && message.toolCalls.isEmpty { return .unchanged }
    let text = trimmed(content)
    if text.isEmpty { return isFramed && message.toolCalls.isEmpty ? .trimmed : .leftOut }
    return contains(text, in: row) ? .merged : .leftOut
  }

  /// Whether it stands inside of other text: another message's, as Llama 2's system message, or, since
  /// nothing else stands in an answer, a template's marks.
  private func isMerged(_ content: [UInt8], _ rendered: [UInt8]) -> Bool {
    let text = trimmed(content)
    if FramedText(rendered).holds([text]) { return true }
    return message.role != .assistant && message.role != .user && !text.isEmpty
      && contains(text, in: rendered)
  }

  // MARK: Thinking

  private var hasReasoning: Bool { message.reasoning?.isEmpty == false }

  /// The fate of a message with separate thinking, of which `answer` is the content without white space
  /// around it.
  private func changeWithReasoning(
    _ answer: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change {
    let thinking = trimmed(Array((message.reasoning ?? "").utf8))
    let text = FramedText(rendered)
    if text.holds([thinking, answer]) { return .reasoningRendered }
    if text.holds([answer]) { return .reasoningLeftOut }
    if isCut && text.begins([thinking, answer]) { return .cut }
    return cutOrDiffers([answer], rendered)
  }

  /// The fate of a message with thinking in its content, if it stands in the row without it or written
  /// anew; the mark that opens it may stand in the frame in front of the answer.
  private func changeOfThinking(
    _ content: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change? {
    if trimmed(rendered) == trimmed(withoutThinking(content)) { return .thinkingRemoved }
    guard let (thinking, answer) = thinkingAndAnswer(content) else { return nil }
    let text = FramedText(rendered)
    if text.holds([thinking, answer]) { return .reasoningRendered }
    if text.holds([answer]) { return .thinkingRemoved }
    return isCut && (text.begins([thinking, answer]) || text.begins([answer])) ? .cut : nil
  }

  /// What is thought and what is said in `<think>…</think>…`, without white space around them; `nil` if
  /// the content is not of this form.
  private func thinkingAndAnswer(_ content: [UInt8]) -> ([UInt8], [UInt8])? {
    let (open, close) = (Array("<think>".utf8), Array("</think>".utf8))
    var inner = trimmed(content)
    if inner.starts(with: open) { inner.removeFirst(open.count) }
    guard let end = inner.firstRange(of: close), inner.firstRange(of: open) == nil,
      inner[end.upperBound...].firstRange(of: close) == nil
    else { return nil }
    return (trimmed(Array(inner[..<end.lowerBound])), trimmed(Array(inner[end.upperBound...])))
  }

  // MARK: Results of tools

  /// The fate of a tool's result that a template writes as JSON text; `nil` if it is not so written.
  ///
  ///     {"rain": "ಇಲ್ಲ"}   stands as   "{\"rain\": \"ಇಲ್ಲ\"}"
  private func changeAsJSON(
    _ content: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change? {
    let text = trimmed(rendered)
    guard text.first == Self.quote else { return nil }
    if let value = string(of: text) {
      if value == content || value == trimmed(content) { return .toolResultRendered }
      return Array(text.dropFirst().dropLast()) == content ? .merged : .differs
    }
    guard isCut else { return nil }
    // The cut may lie inside of an escape.
    let isBeginning = (0...Self.longestEscape).contains { count in
      string(of: text.dropLast(count) + [Self.quote]).map(content.starts) ?? false
    }
    return isBeginning ? .cut : nil
  }

  private static let quote = UInt8(ascii: "\"")
  /// A character beyond U+FFFF as two escapes: `\ud83d\ude42`.
  private static let longestEscape = 12

  /// What a JSON string says; `nil` if it is none.
  private func string(of json: [UInt8]) -> [UInt8]? {
    (try? JSONValue(parsing: json))?.string.map { Array($0.utf8) }
  }

  // MARK: Cuts

  /// A message of which the row has the beginning was cut, if the row ends there.
  private func cutOrDiffers(
    _ parts: [[UInt8]], _ rendered: [UInt8]
  ) -> ConversationAccount.Change {
    guard endsRow || isCut, !rendered.isEmpty else { return .differs }
    if isCut && FramedText(rendered).begins(parts) { return .cut }
    // The template may write a space before the answer.
    let content = Array((message.content.text ?? "").utf8)
    let space = rendered.withUnsafeBytes { PythonWhitespace.end(ofSpaceFrom: 0, in: $0) }
    return content.starts(with: rendered) || trimmed(content).starts(with: rendered[space...])
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
