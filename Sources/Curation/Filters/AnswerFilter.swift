public import Conversations

/// Drops conversations in which something is asked and nothing answered.
///
/// A question behind the last answer is no reason to drop what was answered before it; such
/// conversations stay as they are, and curation counts them.
public struct AnswerFilter: ConversationFilter {
  /// The filter; it has no settings.
  public init() {}

  /// Drops `unanswered_prompt`.
  public func verdict(on conversation: Conversation) -> Verdict {
    let messages = conversation.messages
    guard let question = messages.firstIndex(where: { $0.role == .user }),
      !messages[question...].contains(where: { $0.role == .assistant })
    else { return .keep }
    return .drop(
      .unansweredPrompt,
      detail: "no assistant message follows message \(question + 1), a question")
  }
}
