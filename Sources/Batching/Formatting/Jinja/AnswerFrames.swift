internal import Artifacts
internal import Conversations
internal import Synchronization

/// Finds out what a template writes around answers, once for each kind of conversation.
final class AnswerFrames: Sendable {
  /// What the frame may depend on.
  private struct Kind: Hashable {
    let arguments: [UInt8]
    let hasTools: Bool
    let roleBefore: Role?
  }

  private let known = Mutex<[Kind: AnswerFrame?]>([:])
  private let renderer: TemplateRenderer

  init(_ renderer: TemplateRenderer) { self.renderer = renderer }

  /// The ways to find the frame of the answer at `index`, the cheapest first: by a small conversation
  /// of the same kind, by a plain question, and by the conversation itself up to there, which a
  /// template may refuse that takes the whole.
  func ways(to index: Int, of conversation: Conversation) -> [() -> AnswerFrame?] {
    let role = index > 0 ? conversation.messages[index - 1].role : nil
    var ways: [() -> AnswerFrame?] = []
    for context in [role, .user] {
      if let frame = frame(after: context, like: conversation) { ways.append { frame } }
    }
    ways.append { [self] in
      var before = conversation
      before.messages.removeSubrange(index...)
      return try? frame(behind: before)
    }
    return ways
  }

  private func frame(after role: Role?, like conversation: Conversation) -> AnswerFrame? {
    let kind = Kind(
      arguments: conversation.chatTemplateArguments.map { JSONValue.object($0).compact } ?? [],
      hasTools: !conversation.tools.isEmpty, roleBefore: role)
    if let frame = known.withLock({ $0[kind] }) { return frame }
    let probe = ProbeConversations.conversation(
      ProbeConversations.context(before: role), tools: conversation.tools,
      arguments: conversation.chatTemplateArguments)
    // A template that refuses the probe may take the conversation; then that is asked itself.
    let frame = try? self.frame(behind: probe)
    known.withLock { $0[kind] = .some(frame) }
    return frame
  }

  /// The frame of an answer behind `context`.
  ///
  /// - Throws: `unsupported` if the template refuses the context.
  private func frame(behind context: Conversation) throws -> AnswerFrame {
    let plain = try renderer.atoms(of: context, addsGenerationPrompt: false)
    let opened = try renderer.atoms(of: context, addsGenerationPrompt: true)
    let common = zip(plain, opened).prefix { $0.bytes == $1.bytes }.count
    let opening = opened[common...].flatMap(\.bytes)
    let before = opening.isEmpty ? atomsBeforeAnswer(behind: context) : []
    let index = context.messages.count
    let prompt = Self.unownedEnd(of: plain)
    let between = Self.unownedEnd(of: before)
    return AnswerFrame(
      opening: opening, plainHeader: before.filter { $0.owner == index }.flatMap(\.bytes),
      unowned: .init(
        prompt: prompt,
        header: between.starts(with: prompt) ? Array(between.dropFirst(prompt.count)) : []))
  }

  /// What stands before the words of a plain answer behind `context`; nothing if the template refuses
  /// it there.
  private func atomsBeforeAnswer(behind context: Conversation) -> ArraySlice<TemplateAtom> {
    var answered = context
    answered.messages.append(ProbeConversations.answer)
    let index = context.messages.count
    let atoms = try? renderer.atoms(of: answered, addsGenerationPrompt: false)
    return (atoms ?? []).prefix { $0.data?.message != index }
  }

  /// What atoms end with that is neither data nor written for a message.
  private static func unownedEnd(of atoms: some BidirectionalCollection<TemplateAtom>) -> [UInt8] {
    atoms.reversed().prefix { $0.owner == nil && $0.data == nil }.reversed().flatMap(\.bytes)
  }
}
