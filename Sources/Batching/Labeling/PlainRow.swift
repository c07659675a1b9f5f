internal import Conversations
internal import Tokenization

/// A row that was made by `PlainRowEncoder`, where it lies in the encoder's memory: to be used before
/// the encoder's next call.
struct PlainRow {
  /// Bytes of a text.
  typealias Text = PlainConversation.Text

  /// After what it was made.
  let plan: RowPlan
  /// The conversation's ID.
  let id: Text
  /// The side of the split, if one is assigned.
  let split: Split?
  /// The language; empty where it is not known.
  let language: Text
  /// The source; empty where it is not known.
  let source: Text
  /// Free labels.
  let tags: [Text]
  /// The rendered text.
  let text: Text
  /// The tokens.
  let ids: UnsafeBufferPointer<TokenID>
  /// The byte behind each of the plan's spans.
  let byteEnds: UnsafeBufferPointer<Int32>
  /// The token behind each of the plan's spans.
  let tokenEnds: UnsafeBufferPointer<Int32>
  /// Tokens in spans that are trained on.
  let supervisedCount: Int
  /// Borders that a token would lie across.
  let straddles: Int
  /// Contents that were trimmed.
  let trimmedContents: Int
}
