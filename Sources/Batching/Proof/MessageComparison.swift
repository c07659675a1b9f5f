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
    if message.role == .tool,
      let change = ToolResultText(message).change(rendered, isCut: isCut)
    {
      return change
    }
    let change = changeOfText(content, rendered)
    return change == .differs ? changeBehindName(rendered) ?? .differs : change
  }

  private func changeOfText(
    _ content: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change {
    if hasReasoning { return changeWithReasoning(rendered) }
    if trimmed(rendered) == trimmed(content) { return .trimmed }
    if let change = changeOfThinking(content, rendered) { return change }
    if isMerged(content, rendered) { return isTrimmed(content, rendered) ? .trimmed : .merged }
    return cutOrDiffers(parts, rendered)
  }

  private func changeOfCalls(
    _ content: [UInt8], _ rendered: [UInt8]
  ) -> ConversationAccount.Change {
    // How a call is written is the template's matter, so of one that is cut nothing can be told.
    if isCut { return .cut }
    if toolNames.allSatisfy({ contains($0, in: rendered) }) { return .toolCallsRendered }
    return FramedText(rendered).holds(parts) ? .leftOut : .differs
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
    if FramedText(rendered).holds(parts) { return true }
    return message.role != .assistant && message.role != .user && !text.isEmpty
      && contains(text, in: rendered)
  }

  /// The texts that must stand in the row in their order: of a content in parts, each part's, since
  /// templates may set them apart.
  private var parts: [[UInt8]] {
    guard case .parts(let parts) = message.content else {
      return [Array((message.content.text ?? "").utf8)]
    }
    return parts.map { Array(($0["text"]?.string ?? "").utf8) }
  }

  /// Whether nothing but white space is not as it was.
  private func isTrimmed(_ content: [UInt8], _ rendered: [UInt8]) -> Bool {
    func words(_ text: [UInt8]) -> [UInt8] { text.filter { !FramedText.isSpace($0) } }
    return trimmed(content).isEmpty || words(content) == words(rendered)
  }

  /// The fate of a message in front of which the template writes the speaker's name as its own; `nil`
  /// if no name stands there.
  ///
  ///     <|assistant|> (Sita)ನಮಸ್ಕಾರ
  private func changeBehindName(_ rendered: [UInt8]) -> ConversationAccount.Change? {
    guard let name = message.name.map({ Array($0.utf8) }), !name.isEmpty else { return nil }
    var rest = rendered.drop(while: FramedText.isSpace)
    let isBracketed = rest.first == UInt8(ascii: "(")
    if isBracketed { rest = rest.dropFirst() }
    guard rest.starts(with: name) else { return nil }
    rest = rest.dropFirst(name.count)
    if isBracketed {
      guard rest.popFirst() == UInt8(ascii: ")") else { return nil }
    }
    var nameless = message
    nameless.name = nil
    let change = MessageComparison(
      message: nameless, rendered: Array(rest), row: row, isCut: isCut, endsRow: endsRow,
      isFramed: isFramed
    ).change
    return change == .unchanged || change == .trimmed ? .merged : change
  }

  // MARK: Thinking

  private var hasReasoning: Bool { message.reasoning?.isEmpty == false }

  /// The fate of a message with separate thinking.
  private func changeWithReasoning(_ rendered: [UInt8]) -> ConversationAccount.Change {
    let thinking = Array((message.reasoning ?? "").utf8)
    let text = FramedText(rendered)
    if text.holds([thinking] + parts) { return .reasoningRendered }
    if text.holds(parts) { return .reasoningLeftOut }
    if isCut && text.begins([thinking] + parts) { return .cut }
    return cutOrDiffers(parts, rendered)
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

  /// What is thought and what is said in `<think>…</think>…`; `nil` if the content is not of this form.
  private func thinkingAndAnswer(_ content: [UInt8]) -> ([UInt8], [UInt8])? {
    let (open, close) = (Array("<think>".utf8), Array("</think>".utf8))
    var inner = content.drop(while: FramedText.isSpace)
    if inner.starts(with: open) { inner.removeFirst(open.count) }
    guard let end = inner.firstRange(of: close), inner.firstRange(of: open) == nil,
      inner[end.upperBound...].firstRange(of: close) == nil
    else { return nil }
    return (Array(inner[..<end.lowerBound]), Array(inner[end.upperBound...]))
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
