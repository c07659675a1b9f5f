public import Conversations

/// Drops conversations in which something was asked or answered with nothing.
///
/// An answer is an assistant message that is not marked `supervised: false`; one that calls tools
/// needs no text. A conversation without user messages (plain text) has no question to be empty.
public struct EmptyFilter: ConversationFilter {
  /// The filter; it has no settings.
  public init() {}

  /// Drops `empty_answer` and `empty_prompt`.
  public func verdict(on conversation: Conversation) -> Verdict {
    guard conversation.messages.contains(where: \.isAnswer) else {
      return .drop(.emptyAnswer, detail: "no message is an answer to learn from")
    }
    for (index, message) in conversation.messages.enumerated() where message.isEmpty {
      if message.isAnswer {
        return .drop(.emptyAnswer, detail: "message \(index + 1), an answer, has no text")
      }
      if message.role == .user {
        return .drop(.emptyPrompt, detail: "message \(index + 1), a question, has no text")
      }
    }
    return .keep
  }
}

extension Message {
  /// Whether it is an assistant message that may be trained on.
  var isAnswer: Bool { role == .assistant && supervised != false }

  /// Whether it says and does nothing; parts that are no text are something.
  var isEmpty: Bool { toolCalls.isEmpty && (content.text?.isBlank ?? false) }
}
