internal import Conversations

/// Rows of plain conversations of one split, language and source that followed one another, counted
/// together.
struct PlainTally: Sendable {
  let split: Split
  let language: [UInt8]
  let source: [UInt8]
  private(set) var rows = 0
  private(set) var tokens = 0
  private(set) var supervised = 0
  private(set) var straddles = 0
  private(set) var trimmedContents = 0

  /// A tally of conversations about which nothing is known.
  init() { (split, language, source) = (.train, [], []) }

  /// A tally of conversations like this one.
  init(of conversation: PlainConversation) {
    split = conversation.split ?? .train
    (language, source) = (Array(conversation.language), Array(conversation.source))
  }

  /// Whether a conversation is counted here.
  func isOf(_ conversation: PlainConversation) -> Bool {
    (conversation.split ?? .train) == split
      && UnsafeRawBufferPointer(conversation.language).equals(language)
      && UnsafeRawBufferPointer(conversation.source).equals(source)
  }

  /// Counts a row.
  mutating func count(_ row: PlainRow) {
    rows += 1
    tokens += row.tokens.count
    supervised += row.supervisedCount
    straddles += row.straddles
    trimmedContents += row.trimmedContents
  }
}
