internal import Conversations
internal import Tokenization

/// Finds what is wrong with single samples of a foreign set.
struct ForeignChecker: Sendable {
  /// A fault, and the token of the row at which it shows.
  struct Finding: Sendable, Equatable {
    let fault: ForeignFault
    let detail: String
    /// The token, counted in the sample.
    var token: Int?

    init(_ fault: ForeignFault, _ detail: String, at token: Int? = nil) {
      (self.fault, self.detail, self.token) = (fault, detail, token)
    }
  }

  let table: TokenTable
  /// The template's forms; `nil` if no template is known.
  let patterns: TurnPatterns?
  /// What opens and ends sequences of this tokenizer, and what fills them up.
  let begin: TokenID?
  let ends: Set<TokenID>
  let padding: TokenID?
  let trainOn: TrainOn
  let trainOnEOS: TrainOnEOS

  /// What takes rows with these columns apart.
  func cutter(_ rows: ForeignRows) -> ForeignRowCutter {
    ForeignRowCutter(
      Set(rows.columns.keys), padding: padding.flatMap { ends.contains($0) ? nil : $0 })
  }

  /// The faults of a sample, each kind at most once.
  func check(_ sample: ForeignSample) -> [Finding] {
    if !sample.faults.isEmpty { return sample.faults.map { Finding($0, $0.meaning) } }
    if let token = sample.ids.firstIndex(where: { !table.contains($0) || table.isUnused($0) }) {
      return [
        Finding(
          .tokenOutsideVocabulary, "token \(token) is \(sample.ids[token]) of \(table.count)",
          at: token)
      ]
    }
    guard sample.labels.contains(where: { $0 != ignoreIndex }) else {
      return [Finding(.noSupervisedToken, "\(sample.ids.count) tokens of context")]
    }
    if let finding = labelFault(sample) { return [finding] }
    var findings = beginFaults(sample)
    if let patterns {
      let turns = TurnScanner(sample.ids, by: patterns, table).turns()
      findings +=
        turns.isEmpty
        ? [Finding(.templateNotFound, "no answer in the form of `\(patterns.name)`")]
        : TurnChecker(sample: sample, turns: turns, checker: self).findings
    } else {
      findings += runFaults(sample)
    }
    var seen: Set<ForeignFault> = []
    return findings.filter { seen.insert($0.fault).inserted }
  }

  // MARK: Labels

  /// A label that is not its token's; and whether all are those of the token beside it.
  private func labelFault(_ sample: ForeignSample) -> Finding? {
    let (ids, labels) = (sample.ids, sample.labels)
    guard let first = ids.indices.first(where: { differs(sample, at: $0, from: $0) }) else {
      return nil
    }
    let count = ids.count
    for (offset, word) in [(1, "behind"), (-1, "before")] {
      let agrees = ids.indices.allSatisfy { index in
        labels[index] == ignoreIndex || !(0..<count ~= index + offset)
          || labels[index] == ids[index + offset]
      }
      if agrees, labels.contains(where: { $0 != ignoreIndex }) {
        return Finding(
          .shiftedLabels, "every label is the token \(word) it, from token \(first) on", at: first)
      }
    }
    return Finding(
      .labelDiffersFromToken, "token \(first) is \(ids[first]), its label \(labels[first])",
      at: first)
  }

  private func differs(_ sample: ForeignSample, at label: Int, from token: Int) -> Bool {
    sample.labels[label] != ignoreIndex && sample.labels[label] != sample.ids[token]
  }

  // MARK: The begin token

  private func beginFaults(_ sample: ForeignSample) -> [Finding] {
    guard let begin = patterns.map(\.begin) ?? self.begin, !ends.contains(begin) else { return [] }
    let places = sample.ids.indices.filter { sample.ids[$0] == begin }
    // Without a template, a model that opens with no token is as good as one that does.
    if places == [0] || places.isEmpty && patterns == nil { return [] }
    let isPacked = places.count > 1 && zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 1 }
    if isPacked {
      return [
        Finding(
          .packedWithoutBorders, "the begin token stands at \(places.prefix(4).map(String.init))",
          at: places[1])
      ]
    }
    return [
      Finding(
        .misplacedBeginToken,
        places.isEmpty ? "the row does not begin with it" : "at \(places), not at 0",
        at: places.first { $0 > 0 } ?? 0)
    ]
  }

  // MARK: Without a template

  /// Every run of tokens that are trained on ends with a control token.
  private func runFaults(_ sample: ForeignSample) -> [Finding] {
    var findings: [Finding] = []
    let (ids, labels) = (sample.ids, sample.labels)
    for end in ids.indices
    where labels[end] != ignoreIndex && (end + 1 == ids.count || labels[end + 1] == ignoreIndex) {
      // White space may follow the end token: "<|im_end|>\n".
      let tail = ids[max(0, end - 2)...end]
      if tail.contains(where: { table.isSpecial($0) }) { continue }
      if end + 1 < ids.count, table.isSpecial(ids[end + 1]) {
        findings.append(endFault(ids[end + 1], at: end + 1))
      } else if end + 1 < ids.count {
        findings.append(
          Finding(.unsupervisedEndOfTurn, "no end token follows token \(end)", at: end))
      } else if let padding = sample.paddingID, ends.contains(padding) || padding == self.padding,
        ends.contains(padding)
      {
        findings.append(endFault(padding, at: end))
      } else {
        findings.append(Finding(.cutAnswer, "the row ends without an end token", at: end))
      }
    }
    return findings
  }

  /// An end token that is there, and hidden.
  func endFault(_ id: TokenID, at token: Int) -> Finding {
    let text = String(decoding: table.decode([id]), as: UTF8.self)
    let why = id == padding ? ": it is the padding token, which trainers hide" : ""
    return Finding(.unsupervisedEndOfTurn, "`\(text)` at token \(token)\(why)", at: token)
  }
}
