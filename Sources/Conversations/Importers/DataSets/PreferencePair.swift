/// A conversation with two answers to its last question, one of them preferred.
///
/// Data sets write it in several ways, which all come to the same here:
/// - what was asked, and the two answers;
/// - what was asked, and two lists that begin with it;
/// - two lists with a common beginning, which is what was asked;
/// - the whole conversation with the preferred answer, and the two answers.
struct PreferencePair {
  /// What was asked, and the preferred answer.
  let messages: [Message]
  /// What replaces the last assistant turn of `messages` as the rejected answer.
  let rejected: [Message]

  /// - Throws: `RowFault` if the answers are not one assistant turn each.
  init(prompt: [Message], chosen: [Message], rejected: [Message]) throws {
    var prompt = prompt
    if prompt.suffix(chosen.count) == chosen[...] { prompt.removeLast(chosen.count) }
    let longest = max(0, min(chosen.count, rejected.count) - 1)
    let common = zip(chosen, rejected).prefix(longest).prefix { $0 == $1 }.count
    if prompt.isEmpty {
      prompt = Array(chosen.prefix(common))
    } else if !(chosen.starts(with: prompt) && rejected.starts(with: prompt)) {
      try self.init(asked: prompt, chosen: chosen, rejected: rejected)
      return
    }
    try self.init(
      asked: prompt, chosen: Array(chosen.dropFirst(prompt.count)),
      rejected: Array(rejected.dropFirst(prompt.count)))
  }

  private init(asked: [Message], chosen: [Message], rejected: [Message]) throws {
    try Self.check(chosen, "chosen")
    try Self.check(rejected, "rejected")
    guard asked.last?.role != .assistant else {
      throw RowFault(
        .invalidValue, "what was asked ends with an answer that is not `chosen`",
        remedy: "end the prompt with the user's message")
    }
    messages = asked + chosen
    self.rejected = rejected
  }

  /// An answer is a turn of the assistant: it ends with the assistant, and only tools speak between.
  private static func check(_ answer: [Message], _ name: String) throws {
    guard answer.last?.role == .assistant else {
      throw RowFault(
        .invalidValue, "`\(name)` does not end with an assistant message of its own",
        remedy: "give the answer as text, as a message, or as a list of messages")
    }
    guard answer.allSatisfy({ $0.role == .assistant || $0.role == .tool }) else {
      throw RowFault(
        .invalidValue, "`chosen` and `rejected` part before their last turn",
        remedy: "cut both behind the first answer in which they differ")
    }
  }
}
