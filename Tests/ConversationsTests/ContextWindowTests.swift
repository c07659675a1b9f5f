import Testing

@testable import Conversations

@Suite struct ContextWindowTests {
  private let scene: [Message] = [
    Message(.system, "s"), Message(.user, "u1"), Message(.assistant, "a1"), Message(.user, "u2"),
    Message(.assistant, "a2"), Message(.user, "u3"), Message(.assistant, "a3"),
    Message(.user, "u4"),
  ]

  /// `a1-` is an answer that is not trained on.
  private func outline(_ window: ContextWindow, _ messages: [Message]? = nil) -> [String] {
    window.conversations(of: messages ?? scene).map { conversation in
      conversation.map { ($0.content.text ?? "") + ($0.supervised == false ? "-" : "") }
        .joined(separator: " ")
    }
  }

  @Test func withoutALimitTheSceneStaysWhole() {
    #expect(outline(ContextWindow()) == ["s u1 a1 u2 a2 u3 a3 u4"])
  }

  @Test func turnsBeforeAnAnswerAreLimited() {
    #expect(outline(ContextWindow(turns: 0)) == ["s u1 a1", "s u2 a2", "s u3 a3"])
    #expect(outline(ContextWindow(turns: 1)) == ["s u1 a1 u2 a2", "s u2 a2- u3 a3"])
    #expect(outline(ContextWindow(turns: 2)) == ["s u1 a1 u2 a2 u3 a3"])
    #expect(outline(ContextWindow(turns: 9)) == ["s u1 a1 u2 a2 u3 a3 u4"])
  }

  @Test func tokensBeforeAnAnswerAreLimited() {
    // "s" and "u2" are 3 bytes, a turn before 4.
    #expect(outline(ContextWindow(tokens: 7)) == ["s u1 a1 u2 a2", "s u2 a2- u3 a3"])
    #expect(outline(ContextWindow(tokens: 1)) == ["s u1 a1", "s u2 a2", "s u3 a3"])
    let words = ContextWindow(tokens: 4) { _ in 1 }
    #expect(outline(words) == ["s u1 a1 u2 a2", "s u2 a2- u3 a3"])
  }

  @Test func anAnswerMayComeFirst() {
    let messages = [Message(.assistant, "a1"), Message(.user, "u2"), Message(.assistant, "a2")]
    #expect(outline(ContextWindow(turns: 0), messages) == ["a1", "u2 a2"])
  }

  /// Every scene of up to seven messages: each answer is trained on exactly once, with the messages
  /// before it in order.
  @Test func everyAnswerIsTrainedOnOnce() {
    for length in 1...7 {
      for bits in 0..<(1 << length) {
        let messages = (0..<length).map { index in
          Message(bits >> index & 1 == 1 ? .assistant : .user, .text("\(index)"))
        }
        for turns in 0...3 {
          let made = ContextWindow(turns: turns).conversations(of: messages)
          let trained = made.joined().filter { $0.role == .assistant && $0.supervised == nil }
          let wanted = messages.filter { $0.role == .assistant }
          #expect(trained.map(\.content) == wanted.map(\.content), "\(messages) \(turns)")
          for conversation in made {
            let numbers = conversation.compactMap { $0.content.text.flatMap { Int($0) } }
            let run = numbers.first.map { Array($0..<($0 + numbers.count)) } ?? []
            #expect(numbers == run, "\(messages) \(turns)")
          }
        }
      }
    }
  }
}
