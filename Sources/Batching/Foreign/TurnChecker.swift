internal import Conversations
internal import Tokenization

/// Checks the labels of a sample whose messages were found by its template's forms.
struct TurnChecker {
  typealias Finding = ForeignChecker.Finding

  let sample: ForeignSample
  let turns: [TurnScanner.Turn]
  let checker: ForeignChecker

  /// What is wrong, in order.
  var findings: [Finding] {
    let answers = turns.filter { $0.kind == .header && $0.role == .assistant }
      .compactMap(\.message)
    var findings: [Finding] = []
    for message in answers {
      findings += answerFaults(message, isLast: message == answers.last)
    }
    return findings + frameFaults + contentFaults
  }

  private func isSupervised(_ token: Int) -> Bool { sample.labels[token] != ignoreIndex }

  private func turn(_ message: Int, _ kind: SegmentKind) -> TurnScanner.Turn? {
    turns.first { $0.message == message && $0.kind == kind }
  }

  // MARK: Answers

  private func answerFaults(_ message: Int, isLast: Bool) -> [Finding] {
    let content = turn(message, .content)?.tokens ?? 0..<0
    let end = turn(message, .endOfTurn)?.tokens.first
    let isWanted = checker.trainOn == .lastAssistant ? isLast : true
    let supervised = content.filter(isSupervised)
    guard isWanted else {
      guard let token = supervised.first else { return [] }
      return [Finding(.supervisedContext, "message \(message), which is not the last", at: token)]
    }
    // Only the text behind a response template is trained on: where that is, is not known here.
    if checker.trainOn == .responseTemplate {
      return supervised.isEmpty ? [] : endFaults(message, content, end, isLast: isLast)
    }
    guard let first = content.first else {
      return endFaults(message, content, end, isLast: isLast)
    }
    guard !supervised.isEmpty else {
      return [Finding(.unsupervisedAnswer, "message \(message)", at: first)]
    }
    var findings: [Finding] = []
    if !isSupervised(first) {
      findings.append(
        Finding(.answerStartUnsupervised, "message \(message), token \(first)", at: first))
    }
    if let start = supervised.first,
      let hole = (start..<content.upperBound).first(where: { !isSupervised($0) })
    {
      findings.append(
        Finding(.answerPartUnsupervised, "message \(message), token \(hole)", at: hole))
    }
    return findings + endFaults(message, content, end, isLast: isLast)
  }

  /// The end of an answer that is trained on.
  private func endFaults(
    _ message: Int, _ content: Range<Int>, _ end: Int?, isLast: Bool
  ) -> [Finding] {
    let wanted =
      switch checker.trainOnEOS {
      case .turn: true
      case .last: isLast
      case .none: false
      }
    guard let end else {
      // The padding that follows is the end token: the row's own end went the same way.
      if let padding = sample.paddingID, padding == checker.patterns?.endOfTurn, isLast, wanted {
        return [checker.endFault(padding, at: max(0, content.upperBound - 1))]
      }
      guard isLast, sample.endsRow || sample.samplesInRow > 1 else { return [] }
      return [
        Finding(
          .cutAnswer, "message \(message) has no end token", at: max(0, content.upperBound - 1))
      ]
    }
    if wanted && !isSupervised(end) { return [checker.endFault(sample.ids[end], at: end)] }
    return []
  }

  // MARK: Everything else

  /// Headers and separators, which are trained on only where everything is.
  private var frameFaults: [Finding] {
    guard checker.trainOn != .all else { return [] }
    let frames = turns.filter { [.begin, .header, .separator].contains($0.kind) }
    guard let turn = frames.first(where: { $0.tokens.contains(where: isSupervised) }),
      let token = turn.tokens.first(where: isSupervised)
    else { return [] }
    let role = turn.role.map { " of \($0.rawValue)" } ?? ""
    return [Finding(.supervisedHeader, "a \(turn.kind.rawValue)\(role), token \(token)", at: token)]
  }

  /// What other roles say, and control tokens in what anybody says.
  private var contentFaults: [Finding] {
    var findings: [Finding] = []
    for turn in turns where turn.kind == .content || turn.kind == .endOfTurn {
      if checker.trainOn != .all, turn.role != .assistant,
        let token = turn.tokens.first(where: isSupervised)
      {
        let role = turn.role?.rawValue ?? "nobody"
        findings.append(
          Finding(.supervisedContext, "a message of \(role), token \(token)", at: token))
      }
      if turn.kind == .content,
        let token = turn.tokens.first(where: { checker.table.isSpecial(sample.ids[$0]) })
      {
        findings.append(
          Finding(
            .controlTokenInContent, "token \(token) is \(sample.ids[token])", at: token))
      }
    }
    return findings
  }
}
