public import Conversations

/// Drops conversations whose answers together have too few Unicode scalars, not counting white
/// space at the ends of each.
public struct LengthFilter: ConversationFilter {
  /// How many are needed.
  public let minimum: Int

  /// A filter that keeps conversations with at least `minimum` scalars.
  public init(minimum: Int) { self.minimum = minimum }

  /// Drops `too_short`.
  public func verdict(on conversation: Conversation) -> Verdict {
    let answers = conversation.messages.filter(\.isAnswer)
    let count = answers.reduce(0) { $0 + Self.length(of: $1.content.text ?? "") }
    guard count < minimum else { return .keep }
    return .drop(
      .tooShort, detail: "the answers have \(count) characters together, less than \(minimum)")
  }

  private static func length(of text: String) -> Int {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return 0 }
    return scalars[first...last].count
  }
}
