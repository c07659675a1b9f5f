internal import Artifacts
internal import Conversations

/// Makes segments of labelled atoms, and counts what a template did not render as it stood.
struct SegmentAssembler {
  private let conversation: Conversation
  private let plan: LabelPlan
  private var rendered: RenderedConversation
  /// How many bytes of each message's content and thinking were rendered.
  private var renderedBytes: [(content: Int, reasoning: Int, name: Bool)]

  init(_ conversation: Conversation, template: String, plan: LabelPlan) {
    self.conversation = conversation
    self.plan = plan
    rendered = RenderedConversation(id: conversation.id, template: template, segments: [])
    renderedBytes = conversation.messages.map { _ in (0, 0, false) }
  }

  /// Appends an atom; text of the same place and label becomes one segment.
  mutating func append(_ atom: TemplateAtom, _ label: AtomLabel) {
    count(atom)
    guard !atom.bytes.isEmpty else { return }
    let (supervised, weight) = decision(label)
    let role = label.message.map { conversation.messages[$0].role }
    let segment = RenderedSegment(
      atom.isControl ? .control(atom.text) : .text(atom.text), label.kind, role: role,
      message: label.message, supervised: supervised, weight: weight)
    if let last = rendered.segments.last, let joined = last.joined(with: segment) {
      rendered.segments[rendered.segments.count - 1] = joined
    } else {
      rendered.segments.append(segment)
    }
  }

  private func decision(_ label: AtomLabel) -> (supervised: Bool, weight: Float) {
    guard let message = label.message else { return (plan.frame, 1) }
    let labels = plan[message]
    let supervised =
      switch label.kind {
      case .content: labels.content
      case .thinking: label.isAnswer ? labels.content : labels.thinking
      case .toolCall: label.isAnswer ? labels.content : labels.toolCalls
      case .endOfTurn: labels.end
      case .begin, .header, .separator: labels.header
      }
    return (supervised, labels.weight)
  }

  private mutating func count(_ atom: TemplateAtom) {
    guard let (message, field) = atom.data else { return }
    switch field {
    case .content: renderedBytes[message].content += atom.bytes.count
    case .reasoning: renderedBytes[message].reasoning += atom.bytes.count
    case .name: renderedBytes[message].name = true
    case .role, .toolCalls, .other: break
    }
  }

  /// The rendered conversation.
  mutating func finish() -> RenderedConversation {
    for (message, bytes) in zip(conversation.messages, renderedBytes) {
      if let text = message.content.text, bytes.content < text.utf8.count {
        let core = text.trimmingWhitespaceAsPython().utf8.count
        note(bytes.content < core ? .contentLeftOut : .trimmedContent)
      }
      if let reasoning = message.reasoning, bytes.reasoning == 0, !reasoning.isEmpty {
        note(.reasoningLeftOut)
      }
      if message.name != nil, !bytes.name { note(.nameLeftOut) }
    }
    return rendered
  }

  private mutating func note(_ change: RenderingChange) {
    rendered.changes[change, default: 0] += 1
  }
}

extension RenderedSegment {
  /// Both as one segment; `nil` if they differ in anything but their text.
  fileprivate func joined(with next: RenderedSegment) -> RenderedSegment? {
    guard case .text(let left) = piece, case .text(let right) = next.piece,
      kind == next.kind, message == next.message, role == next.role,
      supervised == next.supervised, weight == next.weight
    else { return nil }
    var result = self
    result.piece = .text(left + right)
    return result
  }
}
