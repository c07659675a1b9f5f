public import Conversations

/// Why a conversation is dropped. Names stay the same from version to version.
public enum DropReason: String, Sendable, CaseIterable {
  /// The line is no conversation record.
  case brokenRecord = "broken_record"
  /// There is no answer, or an answer without text.
  case emptyAnswer = "empty_answer"
  /// Something is asked, and no assistant message follows any question.
  case unansweredPrompt = "unanswered_prompt"
  /// A user message without text.
  case emptyPrompt = "empty_prompt"
  /// The answers together are shorter than `min_characters`.
  case tooShort = "too_short"
  /// An answer in a script that is not allowed, or not the one that was asked in.
  case wrongScript = "wrong_script"
  /// Somebody looked at it and rejected it.
  case rejectedByReview = "rejected_by_review"
  /// The same messages as a conversation before.
  case exactDuplicate = "exact_duplicate"
}

/// What a filter says about a conversation.
public enum Verdict: Sendable, Equatable {
  /// It stays.
  case keep
  /// It goes; `detail` says what was found, in one sentence.
  case drop(DropReason, detail: String)
}

/// Judges conversations one by one.
public protocol ConversationFilter: Sendable {
  /// Whether a conversation stays.
  func verdict(on conversation: Conversation) -> Verdict
}
