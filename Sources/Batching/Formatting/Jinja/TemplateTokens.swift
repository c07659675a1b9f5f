internal import Conversations

/// The control tokens of a template, found by its text and by what it makes of small conversations.
struct TemplateTokens {
  /// The one that opens every sequence, and stands nowhere else: the tokenizer's `bos_token`, or one
  /// that stands there whatever role comes first.
  let begin: String?
  /// The one that ends a plain answer.
  let end: String?
  /// What stands behind a plain answer that no control token ends.
  let openEnd: String?
  /// Those that end other answers: calls of tools, answers in the middle.
  let otherEnds: [String]
  /// Whether an answer that another one follows has no end.
  let continuesTurns: Bool
  /// Each once, in the order in which they are found.
  let all: [String]

  init(_ renderer: TemplateRenderer, text: String) {
    var found = renderer.matcher.tokens(in: Array(text.utf8))
    for variable in renderer.variables.tokens {
      found += renderer.matcher.tokens(in: Array(variable.text.utf8))
    }
    let plain = Self.probes(ProbeConversations.all, renderer)
    // Templates of models that also see may write typed parts only.
    let probes =
      plain.first?.showsAnswer == true
      ? plain : Self.probes(ProbeConversations.allInParts, renderer)
    found += probes.flatMap { $0.atoms.filter(\.isControl).map(\.bytes) }
    var seen: Set<[UInt8]> = []
    all = found.filter { seen.insert($0).inserted }.map { String(decoding: $0, as: UTF8.self) }
    let unusual = Self.probes(ProbeConversations.unusual, renderer)
    begin = Self.begin(
      of: probes.map(\.atoms), unusual.map(\.atoms),
      variable: renderer.variables.tokens.first { $0.name == "bos_token" }?.text)
    let last = Set(probes.compactMap(\.lastEnd).map { Array($0.utf8) })
    let plainEnd = probes.first?.lastEnd
    let ends = probes.map { $0.ends(last, plain: plainEnd.map { Array($0.utf8) }) }
    end = ends.first?.first
    openEnd = end == nil ? probes.first?.textBehindAnswer : nil
    var others: [String] = []
    for token in ends.joined() where token != end && !others.contains(token) {
      others.append(token)
    }
    otherEnds = others
    let endBytes = end.map { Array($0.utf8) }
    continuesTurns = end != nil && probes.contains { $0.continuesTurn(plain: endBytes) }
  }

  /// What the template makes of conversations; it may refuse some of them, such as one without tools.
  private static func probes(
    _ conversations: [Conversation], _ renderer: TemplateRenderer
  ) -> [Probe] {
    conversations.compactMap { conversation in
      (try? renderer.atoms(of: conversation, addsGenerationPrompt: false)).map {
        Probe(conversation: conversation, atoms: $0)
      }
    }
  }

  /// - Parameters:
  ///   - unusual: conversations in which a `bos_token` may be missing, and what opens a system message
  ///     stands twice or not in front.
  ///   - variable: the tokenizer's `bos_token`.
  private static func begin(
    of probes: [[TemplateAtom]], _ unusual: [[TemplateAtom]], variable: String?
  ) -> String? {
    guard let first = probes.first?.first, first.isControl else { return nil }
    func opens(_ atoms: [TemplateAtom]) -> Bool {
      atoms.first?.bytes == first.bytes && atoms.count { $0.bytes == first.bytes } == 1
    }
    let isVariable = first.text == variable
    guard probes.allSatisfy(opens), isVariable || unusual.allSatisfy(opens) else { return nil }
    return first.text
  }
}

/// A small conversation as a template renders it.
private struct Probe {
  let conversation: Conversation
  let atoms: [TemplateAtom]

  /// The control token that ends its last message, if that is an answer.
  var lastEnd: String? {
    guard conversation.messages.last?.role == .assistant else { return nil }
    return end(of: conversation.messages.count - 1, plain: nil)
  }

  /// The control tokens that end its answers.
  ///
  /// - Parameters:
  ///   - last: those that end the last answers of all probes.
  ///   - plain: the one that ends a plain answer.
  func ends(_ last: Set<[UInt8]>, plain: [UInt8]?) -> [String] {
    conversation.messages.indices.filter { conversation.messages[$0].role == .assistant }
      .compactMap { index in
        guard let reply = atoms.replyInside(index) else { return end(of: index, plain: plain) }
        if atoms.contains(where: \.isGenerated) { return markedEnd(of: index, before: reply) }
        return atoms.end(of: index, before: reply, among: last).map { atoms[$0].text }
      }
  }

  /// The control token with which the marks of an answer close before its tool's result.
  private func markedEnd(of message: Int, before reply: Int) -> String? {
    let last = atoms[..<reply].last { $0.isGenerated && $0.owner == message && !$0.isBlank }
    return last.flatMap { $0.isControl ? $0.text : nil }
  }

  /// Whether its first answer, which another one follows, has no end and goes on in that one's text.
  ///
  /// - Parameter plain: the token that ends a plain answer.
  func continuesTurn(plain: [UInt8]?) -> Bool {
    let roles = conversation.messages.map(\.role)
    guard roles == [.user, .assistant, .assistant] else { return false }
    guard end(of: 1, plain: plain) == nil, end(of: 2, plain: plain) != nil,
      let last = atoms.lastIndex(where: { $0.data?.message == 1 }),
      let next = atoms[last...].firstIndex(where: { $0.data?.message == 2 })
    else { return false }
    return atoms[(last + 1)..<next].allSatisfy(\.isBlank)
  }

  /// Whether an answer's own text stands in it.
  var showsAnswer: Bool {
    atoms.contains { atom in
      atom.data.map { conversation.messages[$0.message].role == .assistant } ?? false
    }
  }

  /// What the template writes behind its last answer, or, where it writes nothing, what it ends with.
  var textBehindAnswer: String? {
    guard let last = conversation.messages.lastIndex(where: { $0.role == .assistant }),
      let own = atoms.lastIndex(where: { $0.data?.message == last })
    else { return nil }
    return TerminalText.line(atoms[(own + 1)...].map(\.text).joined())
  }

  /// The control token that ends an answer: the one that ends a plain answer, if it stands behind its
  /// own bytes or begins the next message there; else the last one that was written for it behind
  /// them, else the first one that was written for nobody.
  private func end(of message: Int, plain: [UInt8]?) -> String? {
    let own = atoms.lastIndex { $0.data?.message == message && $0.owner == message }
    guard let own else { return nil }
    let isMarked = atoms.contains(where: \.isGenerated)
    let behind = atoms[(own + 1)...].prefix { $0.data == nil && $0.owner ?? message == message }
      .filter { $0.isGenerated || !isMarked }
    if let end = behind.first(where: { $0.isControl && $0.bytes == plain }) { return end.text }
    let late = atoms.lateEnd(of: message, behind: own, plain)
    if let late, !isMarked { return atoms[late].text }
    let written = behind.last { $0.isControl && $0.owner == message }
    return (written ?? behind.first { $0.isControl })?.text
  }
}
