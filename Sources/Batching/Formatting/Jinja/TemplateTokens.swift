internal import Conversations

/// The control tokens of a template, found by its text and by what it makes of small conversations.
struct TemplateTokens {
  /// The one that opens every sequence, and stands nowhere else.
  let begin: String?
  /// The one that ends a plain answer.
  let end: String?
  /// Those that end other answers: calls of tools, answers in the middle.
  let otherEnds: [String]
  /// Each once, in the order in which they are found.
  let all: [String]

  init(_ renderer: TemplateRenderer, text: String) {
    var found = renderer.matcher.tokens(in: Array(text.utf8))
    for variable in renderer.variables.tokens {
      found += renderer.matcher.tokens(in: Array(variable.text.utf8))
    }
    // A template may refuse some of them, such as one without tools.
    let probes = ProbeConversations.all.compactMap { conversation in
      (try? renderer.atoms(of: conversation, addsGenerationPrompt: false)).map {
        Probe(conversation: conversation, atoms: $0)
      }
    }
    found += probes.flatMap { $0.atoms.filter(\.isControl).map(\.bytes) }
    var seen: Set<[UInt8]> = []
    all = found.filter { seen.insert($0).inserted }.map { String(decoding: $0, as: UTF8.self) }
    begin = Self.begin(of: probes.map(\.atoms))
    let ends = probes.map { $0.ends }
    end = ends.first?.first
    var others: [String] = []
    for token in ends.joined() where token != end && !others.contains(token) {
      others.append(token)
    }
    otherEnds = others
  }

  private static func begin(of probes: [[TemplateAtom]]) -> String? {
    guard let first = probes.first?.first, first.isControl else { return nil }
    let isAlone = probes.allSatisfy { atoms in
      atoms.first?.bytes == first.bytes && atoms.count { $0.bytes == first.bytes } == 1
    }
    return isAlone ? first.text : nil
  }
}

/// A small conversation as a template renders it.
private struct Probe {
  let conversation: Conversation
  let atoms: [TemplateAtom]

  /// The control tokens that end its answers.
  var ends: [String] {
    conversation.messages.indices.filter { conversation.messages[$0].role == .assistant }
      .compactMap { end(of: $0) }
  }

  /// The control token that ends an answer: the last one that was written for it behind its own
  /// bytes, else the first one behind them that was written for nobody.
  private func end(of message: Int) -> String? {
    let own = atoms.lastIndex { $0.data?.message == message && $0.owner == message }
    guard let own else { return nil }
    let behind = atoms[(own + 1)...].prefix { $0.data == nil && $0.owner ?? message == message }
    let written = behind.last { $0.isControl && $0.owner == message }
    return (written ?? behind.first { $0.isControl })?.text
  }
}
