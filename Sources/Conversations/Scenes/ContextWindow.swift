/// How much of a scene stands before an answer.
///
/// A limit in tokens is measured by `measure`. Without a tokenizer that is the number of UTF-8 bytes,
/// which no byte-level tokenizer exceeds: a window that fits in bytes fits in tokens.
struct ContextWindow: Sendable {
  /// The most turns (a user message with its reply) before the turn of the answer; in a task to
  /// continue, the most lines before the cut. `nil` for all.
  var turns: Int?
  /// The most tokens before the answer; `nil` for any number.
  var tokens: Int?
  /// How many tokens a text has.
  var measure: @Sendable (String) -> Int = { $0.utf8.count }

  /// Whether everything fits.
  var isUnlimited: Bool { turns == nil && tokens == nil }

  /// Whether a text fits.
  func fits(_ text: String) -> Bool { tokens.map { measure(text) <= $0 } ?? true }

  /// The conversations that the messages of a scene make.
  ///
  /// If all fits into one window it stays one. Else each answer that does not fit into the first window
  /// ends a conversation of its own, with as many turns before it as fit; the answers among those were
  /// trained on before and are `supervised: false`. So each answer is trained on once, with all the
  /// context that the window has room for. The message that an answer replies to is never cut off.
  func conversations(of messages: [Message]) -> [[Message]] {
    guard !isUnlimited else { return [messages] }
    let (system, turns) = Self.split(messages)
    guard turns.contains(where: Self.isAnswered) else { return [messages] }
    let starts = starts(of: turns, system)
    var conversations: [[Message]] = []
    var next = turns.startIndex
    while next < turns.endIndex {
      var end = next + 1
      while next == 0, end < turns.endIndex, starts[end] == 0 { end += 1 }
      let answered = turns[next..<end]
      if answered.contains(where: Self.isAnswered) {
        let context = turns[starts[next]..<next].flatMap(\.self).map(Self.unsupervised)
        conversations.append(system + context + answered.flatMap(\.self))
      }
      next = end
    }
    return conversations
  }

  /// For each turn the first one of the window that ends with its answer.
  private func starts(of turns: [[Message]], _ system: [Message]) -> [Int] {
    let fixed = system.reduce(0) { $0 + cost(of: $1) }
    let asked = turns.map {
      $0.filter { $0.role != .assistant }.reduce(fixed) { $0 + cost(of: $1) }
    }
    let whole = turns.map { $0.reduce(0) { $0 + cost(of: $1) } }
    return turns.indices.map { index in
      let fewest = self.turns.map { max(0, index - $0) } ?? 0
      var first = index
      var sum = asked[index]
      while first > fewest, tokens.map({ sum + whole[first - 1] <= $0 }) ?? true {
        first -= 1
        sum += whole[first]
      }
      return first
    }
  }

  /// A message's tokens; nothing where they are not limited.
  private func cost(of message: Message) -> Int {
    tokens == nil ? 0 : measure(message.content.text ?? "")
  }

  private static func isAnswered(_ turn: [Message]) -> Bool {
    turn.contains { $0.role == .assistant }
  }

  private static func unsupervised(_ message: Message) -> Message {
    guard message.role == .assistant else { return message }
    var message = message
    message.supervised = false
    return message
  }

  /// The system message, and the turns: each ends with an answer, except perhaps the last.
  private static func split(_ messages: [Message]) -> ([Message], [[Message]]) {
    let system = Array(messages.prefix { $0.role == .system })
    var turns: [[Message]] = []
    var isOpen = false
    for message in messages.dropFirst(system.count) {
      if isOpen { turns[turns.count - 1].append(message) } else { turns.append([message]) }
      isOpen = message.role != .assistant
    }
    return (system, turns)
  }
}
