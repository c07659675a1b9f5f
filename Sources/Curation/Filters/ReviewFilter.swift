internal import Artifacts
public import Conversations

/// Drops conversations that somebody rejected after looking at them, by their IDs.
public struct ReviewFilter: ConversationFilter {
  /// The note of each rejected conversation, by the bytes of its ID.
  private let rejected: [[UInt8]: String]

  /// The filter of a file that `akshara view` wrote.
  ///
  /// - Throws: `missingFile`, `unreadable`; `malformed` if the file is something else.
  public init(verdicts path: String) throws {
    let reviews = try ReviewFile.existing(path).all.filter { $0.review.verdict == .reject }
    rejected = Dictionary(
      reviews.map { (Array($0.id.utf8), $0.review.note ?? "") }, uniquingKeysWith: { $1 })
  }

  /// How many conversations are rejected.
  public var count: Int { rejected.count }

  /// Drops `rejected_by_review`.
  public func verdict(on conversation: Conversation) -> Verdict {
    guard let note = rejected[Array(conversation.id.utf8)] else { return .keep }
    return .drop(
      .rejectedByReview, detail: note.isEmpty ? "rejected by a reviewer" : "rejected: \(note)")
  }
}
