/// Turns rendered conversations into tokens with labels.
protocol ConversationEncoder {
  /// The tokens of a conversation.
  ///
  /// - Throws: `invalidOption` if the tokenizer lacks a control token.
  mutating func encode(_ rendered: RenderedConversation) throws -> EncodedConversation
}

/// A conversation as tokens, and how many borders a token would lie across if it were tokenized as
/// rendered.
struct EncodedConversation: Equatable {
  var sample: LabeledSample
  /// The offset in the text behind each token.
  var ends: [Int32]
  var straddles: Int
}
