internal import Artifacts
internal import Conversations
internal import Jinja

/// Decides for each stretch of a rendered text which message it belongs to, and as what.
///
/// Data says itself where it comes from. What the template wrote belongs to the message that it was
/// busy with (`Focus`), and to nobody where it was busy with none. An answer reaches from the end of
/// what opens it (`AnswerFrame`) to the token that ends it; both ends are looked for only among what
/// the template wrote. Some templates write that token in front of the next message, and for it;
/// still it is the answer's. Where the pieces of an answer do not stand together, or its beginning cannot be
/// told, the conversation is refused.
struct AtomLabeler {
  let conversation: Conversation
  let template: String
  /// The atoms; one that lies across the beginning of an answer is cut in two.
  private(set) var atoms: [TemplateAtom]
  let marksGeneration: Bool
  /// The control token that ends answers, as far as the template has one.
  let endToken: [UInt8]?
  /// The control tokens that end other answers, such as calls of tools.
  let otherEnds: Set<[UInt8]>
  /// The text that ends answers where it is no control token: the tokenizer's `eos_token`.
  let endText: [UInt8]?
  /// The frames that the answer at an index may have, the likeliest first.
  let frames: (Int) -> [() -> AnswerFrame?]

  private(set) var labels: [AtomLabel] = []

  init(
    _ atoms: [TemplateAtom], of conversation: Conversation, template: String,
    marksGeneration: Bool, endToken: [UInt8]?, otherEnds: Set<[UInt8]>, endText: [UInt8]?,
    frames: @escaping (Int) -> [() -> AnswerFrame?]
  ) {
    self.atoms = atoms
    self.conversation = conversation
    self.template = template
    self.marksGeneration = marksGeneration
    self.endToken = endToken
    self.otherEnds = otherEnds
    self.endText = endText
    self.frames = frames
  }

  /// Labels all atoms.
  ///
  /// - Throws: `unsupported` where it cannot be told what belongs to an answer.
  mutating func run() throws {
    labels = atoms.map { AtomLabel(message: $0.owner, kind: .header) }
    labelFrame()
    for index in conversation.messages.indices {
      if conversation.messages[index].role == .assistant {
        try labelAnswer(index)
      } else {
        labelContext(index)
      }
    }
    if marksGeneration { try labelMarkedFrame() }
  }

  // MARK: What belongs to no message

  private mutating func labelFrame() {
    let first = atoms.firstIndex { $0.owner != nil } ?? atoms.count
    for index in atoms.indices where atoms[index].owner == nil {
      labels[index] = AtomLabel(message: nil, kind: index < first ? .begin : .separator)
    }
  }

  // MARK: Messages that are no answers

  private mutating func labelContext(_ message: Int) {
    let own = atoms.indices.filter { atoms[$0].data?.message == message }
    for index in own { labels[index] = AtomLabel(message: message, kind: .content) }
    let written = atoms.indices.filter { atoms[$0].owner == message && atoms[$0].data == nil }
    guard let last = own.last else { return }
    var hasEnd = false
    for index in written where index > last {
      let isEnd = atoms[index].isControl && !hasEnd
      labels[index] = AtomLabel(message: message, kind: isEnd ? .endOfTurn : .separator)
      hasEnd = hasEnd || isEnd
    }
  }

  // MARK: Answers

  private mutating func labelAnswer(_ message: Int) throws {
    if marksGeneration { return try labelMarked(message) }
    var data = try answerData(of: message)
    var endBeforeReply = try endBeforeReply(message, &data)
    guard var bounds = try territory(message, data) else { return }
    let isOwned = atoms.contains { $0.owner == message && $0.data == nil }
    let start = try answerStart(message, in: bounds, firstData: data.first, isOwned: isOwned)
    if start.isCut {
      data = data.map { $0 >= start.index ? $0 + 1 : $0 }
      bounds = bounds.lowerBound..<bounds.upperBound + 1
      endBeforeReply = endBeforeReply.map { $0 + 1 }
    }
    let end =
      endBeforeReply.map { (answer: $0, token: $0 + 1) }
      ?? endOfAnswer(message, behind: max(data.last ?? 0, start.index - 1), in: bounds)
    for index in bounds.lowerBound..<start.index {
      labels[index] = AtomLabel(message: message, kind: .header)
    }
    for index in start.index..<end.answer { label(index, asAnswer: message, data) }
    for index in end.answer..<end.token {
      labels[index] = AtomLabel(message: message, kind: .endOfTurn)
    }
    for index in end.token..<max(bounds.upperBound, end.token) {
      labels[index] = AtomLabel(message: atoms[index].owner, kind: .separator)
    }
  }

  /// The atoms of a message's own data that stand in its place.
  ///
  /// - Throws: `unsupported` if its words also stand in another message's place.
  private mutating func answerData(of message: Int) throws -> [Int] {
    let all = atoms.indices.filter { atoms[$0].data?.message == message }
    let home = all.filter { atoms[$0].owner == message }
    guard !home.isEmpty else { return all }
    for index in all where atoms[index].owner != message {
      // A call's name before its result is a quotation; words said are not.
      let field = atoms[index].data?.field
      if (field == .content || field == .reasoning) && !atoms[index].isBlank {
        throw refusal(message, "stands in two places of the text")
      }
      labels[index] = AtomLabel(message: atoms[index].owner, kind: .header)
    }
    return home
  }

  /// The token that ends an answer in whose place its tool's result stands, too; `data` keeps what
  /// stands before it. `nil` where there is no such result.
  ///
  /// - Throws: `unsupported` if no token ends it before the result, or its words go on behind it.
  private func endBeforeReply(_ message: Int, _ data: inout [Int]) throws -> Int? {
    guard let reply = atoms.replyInside(message) else { return nil }
    let ends = endToken.map { otherEnds.union([$0]) } ?? otherEnds
    guard let end = atoms.end(of: message, before: reply, among: ends) else {
      throw refusal(message, "has no end before its tool's result")
    }
    let goesOn = data.contains {
      let field = atoms[$0].data?.field
      return $0 > end && (field == .content || field == .reasoning) && !atoms[$0].isBlank
    }
    guard !goesOn else { throw refusal(message, "stands on both sides of its tool's result") }
    data.removeAll { $0 > end }
    return end
  }

  /// The stretch of atoms that an answer and its header take; `nil` if it was not rendered.
  private func territory(_ message: Int, _ data: [Int]) throws -> Range<Int>? {
    // What the answer before it ends with is not its own.
    let written = atoms.indices.filter {
      atoms[$0].owner == message && atoms[$0].data == nil && labels[$0].message == message
    }
    // Where the template wrote nothing while it was busy with this message, its data alone says
    // where it stands, and what nobody owns around it is its frame.
    let own = (data + written).sorted()
    guard let first = own.first, let last = own.last else { return nil }
    for index in first...last {
      let atom = atoms[index]
      let isForeign = atom.owner != nil && atom.owner != message || atom.isConversation
      if isForeign && !data.contains(index) {
        throw refusal(message, "is not written in one piece")
      }
    }
    var (low, high) = (first, last + 1)
    if written.isEmpty {
      while low > 0, atoms[low - 1].owner == nil, atoms[low - 1].data == nil { low -= 1 }
    }
    let hasEnd = atoms[(data.last ?? first)..<high].contains { isEnd($0) }
    if !hasEnd {
      while high < atoms.count, atoms[high].owner == nil, !atoms[high].isConversation { high += 1 }
    }
    return low..<high
  }

  /// The atom with which an answer begins, and whether it was cut off the one before it.
  private mutating func answerStart(
    _ message: Int, in bounds: Range<Int>, firstData: Int?, isOwned: Bool
  ) throws -> (index: Int, isCut: Bool) {
    let header = atoms[bounds.lowerBound..<(firstData ?? bounds.upperBound)]
    let before = atoms[..<bounds.lowerBound].reversed().prefix {
      $0.data == nil && !$0.isConversation
    }
    var found: Int?
    for frame in frames(message) where found == nil {
      found = frame()?.promptLength(
        of: header.flatMap(\.bytes), isOwned: isOwned, behind: before.reversed().flatMap(\.bytes),
        controls: Self.controls(in: header))
    }
    guard let length = found else {
      throw refusal(message, "begins with what no prompt for an answer has")
    }
    var (index, rest) = (bounds.lowerBound, length)
    while rest > 0 {
      let count = atoms[index].bytes.count
      guard count > rest else {
        rest -= count
        index += 1
        continue
      }
      guard !atoms[index].isControl else {
        throw refusal(message, "begins inside of a control token")
      }
      cut(index, at: rest)
      return (index + 1, true)
    }
    return (index, false)
  }

  /// Where control tokens stand in the bytes of some atoms.
  private static func controls(in atoms: ArraySlice<TemplateAtom>) -> [Range<Int>] {
    var (end, controls): (Int, [Range<Int>]) = (0, [])
    for atom in atoms {
      if atom.isControl { controls.append(end..<end + atom.bytes.count) }
      end += atom.bytes.count
    }
    return controls
  }

  private mutating func cut(_ index: Int, at offset: Int) {
    let (left, right) = atoms[index].cut(at: offset)
    atoms.replaceSubrange(index...index, with: [left, right])
    labels.insert(labels[index], at: index)
  }

  /// Where an answer ends: the atom that ends it, and the one behind that; the same where none does.
  private func endOfAnswer(
    _ message: Int, behind last: Int, in bounds: Range<Int>
  ) -> (answer: Int, token: Int) {
    let rest = (last + 1)..<max(last + 1, bounds.upperBound)
    let wanted = rest.first { isEnd(atoms[$0]) && atoms[$0].isControl }
    let late = atoms.lateEnd(of: message, behind: last, endToken)
    let owned = rest.last { mayEnd(atoms[$0]) && atoms[$0].owner == message }
    let any = rest.first { mayEnd(atoms[$0]) }
    if let token = wanted ?? late ?? owned ?? any ?? rest.first(where: { isEnd(atoms[$0]) }) {
      return (token, token + 1)
    }
    // Without an end, what is no white space belongs to the answer.
    let spoken = rest.last { atoms[$0].owner == message && !atoms[$0].isBlank }
    let end = spoken.map { $0 + 1 } ?? last + 1
    return (end, end)
  }

  private func isEnd(_ atom: TemplateAtom) -> Bool {
    guard atom.data == nil, let wanted = atom.isControl ? endToken : endText else { return false }
    return atom.bytes == wanted
  }

  /// Whether an atom is a control token that may end an answer: one of those that end answers of small
  /// conversations, where a token ends the plain one.
  private func mayEnd(_ atom: TemplateAtom) -> Bool {
    guard atom.isControl, let endToken else { return atom.isControl }
    return atom.bytes == endToken || otherEnds.contains(atom.bytes)
  }

  /// Labels an atom inside of an answer: data by its field, the template's words by their neighbours.
  private mutating func label(_ index: Int, asAnswer message: Int, _ data: [Int]) {
    let kind = kind(of: index) ?? neighbourKind(of: index, data)
    if atoms[index].isControl && kind == .content {
      let isBefore = data.contains { $0 > index }
      labels[index] = AtomLabel(
        message: message, kind: isBefore ? .thinking : .toolCall, isAnswer: true)
    } else {
      labels[index] = AtomLabel(message: message, kind: kind)
    }
  }

  private func kind(of index: Int) -> SegmentKind? {
    switch atoms[index].data?.field {
    case nil: nil
    case .reasoning: .thinking
    case .toolCalls: .toolCall
    case .content, .role, .name, .other: .content
    }
  }

  private func neighbourKind(of index: Int, _ data: [Int]) -> SegmentKind {
    let before = data.last { $0 < index }.flatMap { kind(of: $0) }
    let after = data.first { $0 > index }.flatMap { kind(of: $0) }
    if before == .thinking || after == .thinking { return .thinking }
    return before == .toolCall || after == .toolCall ? .toolCall : .content
  }

  // MARK: `{% generation %}`

  /// Labels an answer by the template's own marks: what stands inside is the answer, all of it.
  private mutating func labelMarked(_ message: Int) throws {
    let own = atoms.indices.filter { atoms[$0].owner == message }
    let marked = own.filter { atoms[$0].isGenerated }
    let data = marked.filter { atoms[$0].data?.message == message }
    for index in own where !atoms[index].isGenerated {
      let isBehind = marked.first.map { $0 < index } ?? false
      labels[index] = AtomLabel(message: message, kind: isBehind ? .separator : .header)
    }
    let lastControl = marked.last { mayEnd(atoms[$0]) }
    let lastSaid = data.last { !atoms[$0].bytes.isEmpty }
    for index in marked {
      let isLast = index == lastControl && (lastSaid.map { $0 < index } ?? true)
      if isLast {
        labels[index] = AtomLabel(message: message, kind: .endOfTurn)
      } else {
        label(index, asAnswer: message, data)
      }
    }
  }

  /// Labels what the template marks outside of its loop over messages, such as Phi 3's `<|endoftext|>`
  /// at the end: it belongs to the answer before it.
  ///
  /// - Throws: `unsupported` where no answer stands before it.
  private mutating func labelMarkedFrame() throws {
    for index in atoms.indices where atoms[index].isGenerated && atoms[index].owner == nil {
      let before = atoms[..<index].last { $0.isGenerated && $0.owner != nil }?.owner
      guard let answer = before else {
        throw refusal(0, "has `\(atoms[index].text)` marked as generated, which is nobody's")
      }
      label(index, asAnswer: answer, [])
    }
  }

  /// The answers that say something, and those that a token ends.
  var saidAndEnded: (said: Set<Int>, ended: Set<Int>) {
    var (said, ended): (Set<Int>, Set<Int>) = ([], [])
    for (atom, label) in zip(atoms, labels) where !atom.bytes.isEmpty {
      guard let message = label.message, conversation.messages[message].role == .assistant else {
        continue
      }
      if label.kind.isSaid { said.insert(message) }
      if label.kind == .endOfTurn { ended.insert(message) }
    }
    return (said, ended)
  }

  /// Whether an answer's text follows that of `message` at once: it goes on there without an end.
  func goesOn(_ message: Int) -> Bool {
    let last = labels.lastIndex { $0.message == message && $0.kind.isSaid }
    guard let last else { return false }
    let next = atoms.indices[(last + 1)...].first {
      !atoms[$0].bytes.isEmpty && (labels[$0].kind.isSaid || !atoms[$0].isBlank)
    }
    guard let next, let other = labels[next].message else { return false }
    return other > message && labels[next].kind.isSaid
      && conversation.messages[other].role == .assistant
  }

  /// The error that refuses the conversation for one of its messages.
  func refusal(_ message: Int, _ problem: String) -> AksharaError {
    AksharaError(
      .unsupported,
      "message \(message + 1) of conversation `\(conversation.id)` \(problem) when the template "
        + "`\(template)` renders it, so its labels cannot be told",
      remedy: "mark the answers in the template with `{% generation %}`, or choose another template"
    )
  }
}
