internal import Conversations

/// A conversation's messages, cut where a row may be cut: before a user message, with the system
/// message in front of it if one stands there, that follows an answer.
///
///     system │ user assistant │ user assistant(calls) tool assistant │ user assistant
///     system │ turn 0         │ turn 1                               │ turn 2
struct ConversationTurns {
  /// The system messages in front, which every row keeps.
  let system: [Int]
  /// The other messages, turn by turn.
  let turns: [[Int]]

  init(_ conversation: Conversation) {
    let messages = conversation.messages
    system = Array(messages.indices.prefix(while: { messages[$0].role == .system }))
    var turns: [[Int]] = []
    for index in messages.indices.dropFirst(system.count) {
      let opens = messages[index].role == .user || messages[index].role == .system
      let follows =
        index > system.count
        && (messages[index - 1].role == .assistant || messages[index - 1].role == .tool)
      if turns.isEmpty || opens && follows {
        turns.append([index])
      } else {
        turns[turns.count - 1].append(index)
      }
    }
    self.turns = turns
  }

  /// The system messages in front and those of some turns.
  func messages(of range: Range<Int>) -> [Int] { system + turns[range].joined() }
}
