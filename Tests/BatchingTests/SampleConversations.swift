import Artifacts
import Conversations

@testable import Batching

/// Conversations that tests share, and random ones.
enum SampleConversations {
  /// A conversation of alternating user and assistant messages, after a system message if one is
  /// given.
  static func dialogue(
    _ texts: String..., system: String? = nil, id: String = "d"
  ) -> Conversation {
    let turns = texts.enumerated().map { index, text in
      Message(index % 2 == 0 ? .user : .assistant, .text(text))
    }
    let first = system.map { [Message(.system, .text($0))] } ?? []
    return Conversation(id: id, messages: first + turns)
  }

  /// An instruction with its context, as importers give it.
  static func instruction(
    _ question: String, context: String, answer: String, id: String = "i"
  ) -> Conversation {
    let parts = [question, "\n\n" + context].map { text -> JSONValue in
      ["type": "text", "text": .string(text)]
    }
    return Conversation(
      id: id, messages: [Message(.user, .parts(parts)), Message(.assistant, .text(answer))])
  }

  /// Pieces that make borders difficult: white space at both ends, texts of control tokens, marks
  /// without a base, joiners, characters of four bytes.
  private static let pieces = [
    "\n", "\n\n", " ", ".", "user", "assistant", "### Response:\n", "Price is $2", "ಕನ್ನಡ", "్ష",
    "శ్రీ", "\u{200D}", "\u{200C}", "🙂", "<|im_end|>", "<|eot_id|>", "<|begin_of_text|>", "<|",
    "é", "\u{0}", "\u{85}", "\u{3000}", "\r\n", "a",
  ]

  /// Random text of at most `most` pieces; may be empty.
  static func text(_ generator: inout SplitMix64, most: Int = 8) -> String {
    (0..<generator.next(below: most + 1)).map { _ in pieces[generator.next(below: pieces.count)] }
      .joined()
  }

  /// A random conversation that every template but `completion` renders: alternating roles, with
  /// random flags and weights if `flags`.
  static func random(
    _ generator: inout SplitMix64, id: String, flags: Bool = false, turns: Int = 6
  ) -> Conversation {
    var messages: [Message] = []
    if generator.next(below: 3) == 0 {
      messages.append(Message(.system, .text(text(&generator))))
    }
    for turn in 0..<(1 + generator.next(below: turns)) {
      var message = Message(turn % 2 == 0 ? .user : .assistant, .text(text(&generator)))
      if flags, generator.next(below: 5) == 0 { message.supervised = generator.next(below: 2) == 0 }
      if flags, generator.next(below: 5) == 0 {
        message.weight = [0, 0.5, 1, 2][generator.next(below: 4)]
      }
      messages.append(message)
    }
    return Conversation(id: id, messages: messages)
  }
}
