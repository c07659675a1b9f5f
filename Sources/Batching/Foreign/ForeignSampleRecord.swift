internal import Conversations
internal import Tokenization

/// Turns samples of a foreign set into rows of ours: the tokens and labels as they are, with the text
/// that they decode to and spans that say whose it is.
///
///     given a template    header, content, end of turn, separator, as its forms are found
///     otherwise           answers are what is trained on; control tokens and the rest are context
struct ForeignSampleRecord {
  /// The name of the template of rows whose template is not known.
  static let unknownTemplate = "foreign"

  let table: TokenTable
  let patterns: TurnPatterns?

  /// The row; `nil` if its tokens do not spell UTF-8. A character that the row's end cuts is left
  /// out, with its tokens.
  ///
  /// - Returns: the row, and how many tokens were left out.
  func row(_ sample: ForeignSample, id: String) -> (sample: LabeledSample, cut: Int)? {
    var count = sample.ids.count
    let mostCut = 4
    while count > max(0, sample.ids.count - mostCut) {
      let bytes = table.decode(sample.ids[..<count])
      if let text = String(validating: bytes, as: UTF8.self) {
        let ids = Array(sample.ids[..<count])
        let labels = Array(sample.labels[..<count])
        return (
          LabeledSample(
            conversationID: id, template: patterns?.name ?? Self.unknownTemplate, text: text,
            inputIDs: ids, labels: labels, spans: spans(ids, labels)),
          sample.ids.count - count
        )
      }
      count -= 1
    }
    return nil
  }

  private func spans(_ ids: [TokenID], _ labels: [TokenID]) -> [SampleSpan] {
    let found = patterns.map { TurnScanner(ids, by: $0, table).turns() } ?? []
    let turns = found.isEmpty ? runs(ids, labels) : found
    var spans: [SampleSpan] = []
    var byte = 0
    for turn in turns {
      // A span is trained on as a whole or not at all.
      var start = turn.tokens.lowerBound
      for token in turn.tokens {
        let supervised = labels[token] != ignoreIndex
        let next = token + 1
        if next < turn.tokens.upperBound, supervised == (labels[next] != ignoreIndex) { continue }
        let end = byte + table.decode(ids[start..<next]).count
        spans.append(
          SampleSpan(
            kind: turn.kind, role: turn.role, message: turn.message, bytes: byte..<end,
            tokens: start..<next, supervised: supervised, weight: 1))
        (start, byte) = (next, end)
      }
    }
    return spans
  }

  /// Runs of tokens with the same label: each that is trained on is an answer, its control token the
  /// end of it.
  private func runs(_ ids: [TokenID], _ labels: [TokenID]) -> [TurnScanner.Turn] {
    var turns: [TurnScanner.Turn] = []
    var message = 0
    for token in ids.indices {
      let supervised = labels[token] != ignoreIndex
      let isSpecial = table.isSpecial(ids[token])
      var turn = TurnScanner.Turn(
        kind: supervised ? (isSpecial ? .endOfTurn : .content) : (isSpecial ? .header : .content),
        tokens: token..<token + 1)
      if supervised { (turn.role, turn.message) = (.assistant, message) }
      let wasSupervised = token > 0 && labels[token - 1] != ignoreIndex
      if wasSupervised && !supervised { message += 1 }
      if let last = turns.last, last.kind == turn.kind, last.message == turn.message,
        turn.kind != .endOfTurn
      {
        turns[turns.count - 1].tokens = last.tokens.lowerBound..<token + 1
      } else {
        turns.append(turn)
      }
    }
    return turns
  }
}
