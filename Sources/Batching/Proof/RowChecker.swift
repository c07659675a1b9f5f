internal import Artifacts
internal import Conversations
internal import Tokenization

/// Finds what is wrong with single rows of a shard set.
struct RowChecker: Sendable {
  typealias Fault = SupervisionProof.Fault

  /// A fault, where in the row, and in words.
  struct Finding: Sendable {
    let fault: Fault
    let detail: String
    /// The token at which it shows, if at one.
    var token: Int?

    init(_ fault: Fault, _ detail: String, token: Int? = nil) {
      (self.fault, self.detail, self.token) = (fault, detail, token)
    }
  }

  /// What a batch of rows holds.
  struct BatchFindings: Sendable {
    var tallies = RowTallies()
    /// Each kind of fault at most once a row, in order.
    var faults: [(row: Int, id: String, finding: Finding, excerpt: LabelExcerpt?)] = []
    var observations: [SupervisionProof.Observation: Int] = [:]
  }

  private let options: FormatOptions
  private let templates: [String: TemplateTokens]
  private let unproven: Set<SupervisionProof.Unproven>
  private let table: TokenTable
  /// Finds rows without faults quickly; `nil` where each row is looked at closely.
  private let plain: PlainRowCheck?

  /// The control tokens of a template as IDs.
  private struct TemplateTokens: Sendable {
    let begin: TokenID?
    let endOfTurn: TokenID?
    let ends: Set<TokenID>
    let all: Set<TokenID>
    let continuesTurns: Bool
    /// Whether it is Akshara's own, and opens every row.
    let alwaysBegins: Bool
  }

  /// - Parameter closely: whether to look at every row closely, which finds the same in more time.
  init(_ manifest: ShardManifest, tokenizer: any Tokenizer, closely: Bool = false) {
    options = manifest.options
    unproven = Set(manifest.origin?.unproven ?? [])
    table = TokenTable(tokenizer)
    let pairs = manifest.templates.map { template in
      let tokens = TemplateTokens(
        begin: template.beginToken.flatMap { tokenizer.specialToken($0) },
        endOfTurn: tokenizer.specialToken(template.endOfTurnToken),
        ends: Set(
          ([template.endOfTurnToken] + template.otherEndTokens).compactMap {
            tokenizer.specialToken($0)
          }),
        all: Set(template.controlTokens.compactMap { tokenizer.specialToken($0) }),
        continuesTurns: template.continuesTurns,
        alwaysBegins: TemplateCatalog.names.contains(template.name))
      return (template.name, tokens)
    }
    templates = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    let plainTemplates = templates.map { name, tokens in
      PlainRowCheck.Template(
        name: Array(name.utf8), begin: tokens.begin, endOfTurn: tokens.endOfTurn,
        all: tokens.all.sorted())
    }
    plain =
      closely || !unproven.isEmpty ? nil : PlainRowCheck(options, plainTemplates, table)
  }

  /// Checks all rows of a batch.
  func check(_ batch: ShardBatch) -> BatchFindings {
    var result = BatchFindings()
    let spans = batch.spanTable
    for rows in batch.alikeRows {
      var tally = RowTallies.Tally()
      for row in rows {
        let supervised = plain?.supervisedCount(batch, spans, row)
        if supervised == nil { lookClosely(batch, row, &result) }
        tally.addRow(
          tokens: batch.labels(row).count, supervised: supervised ?? batch.supervisedCount(row))
      }
      result.tallies.add(
        tally, language: batch.language(rows.lowerBound), source: batch.source(rows.lowerBound))
    }
    return result
  }

  /// Notes every kind of fault of a row once.
  private func lookClosely(_ batch: ShardBatch, _ row: Int, _ result: inout BatchFindings) {
    var seen: Set<Fault> = []
    let (findings, observations) = check(batch, row)
    for observation in observations { result.observations[observation, default: 0] += 1 }
    for finding in findings where seen.insert(finding.fault).inserted {
      // Excerpts are shown of the first faults alone, whichever batch they lie in.
      let isShown = result.faults.count < ShardVerifier.mostExamples
      result.faults.append(
        (row, batch.id(row), finding, isShown ? excerpt(batch, row, finding) : nil))
    }
  }

  private func excerpt(_ batch: ShardBatch, _ row: Int, _ finding: Finding) -> LabelExcerpt? {
    finding.token.map {
      LabelExcerpt(ids: batch.inputIDs(row), labels: batch.labels(row), around: $0, table)
    }
  }

  /// Whether it is quickly seen that a row has no fault; else `check` tells.
  func isPlain(_ batch: ShardBatch, _ index: Int) -> Bool {
    plain?.supervisedCount(batch, batch.spanTable, index) != nil
  }

  /// Every fault of one row, and what else was seen in it.
  func check(
    _ batch: ShardBatch, _ index: Int
  ) -> ([Finding], [SupervisionProof.Observation]) {
    let ids = batch.inputIDs(index)
    if let finding = columnFault(batch, index, ids) { return ([finding], []) }
    let spans: [SampleSpan]
    do { spans = try batch.spans(index) } catch {
      return ([Finding(.spansDoNotCover, "a span lies outside of the row")], [])
    }
    guard let template = templates[batch.template(index)] else {
      return ([Finding(.unknownTemplate, "the manifest does not know its template")], [])
    }
    if let problem = coverFault(spans, tokens: ids.count, bytes: batch.text(index).count) {
      return ([problem], [])
    }
    var row = RowFacts(
      ids: ids, labels: batch.labels(index), text: batch.text(index), spans: spans)
    guard row.place(with: table) else {
      return ([Finding(.textDiffersFromTokens, "the tokens do not decode to the text")], [])
    }
    let (ends, isCut) = endFaults(row, template)
    let observations: [SupervisionProof.Observation] =
      (row.isNormalized ? [.normalizedText] : []) + (isCut ? [.cutAnswer] : [])
    return (
      labelFaults(row) + controlFaults(row, template) + headerFaults(row) + ends
        + weightFaults(row), observations
    )
  }

  // MARK: Columns and spans

  private func columnFault(
    _ batch: ShardBatch, _ index: Int, _ ids: UnsafeBufferPointer<TokenID>
  ) -> Finding? {
    if ids.isEmpty || ids.count > options.maxLength {
      return Finding(
        .wrongLength, "\(ids.count) tokens, where 1 to \(options.maxLength) are allowed")
    }
    if let token = batch.attentionMask(index).firstIndex(where: { $0 != 1 }) {
      return Finding(.hiddenToken, "the attention mask is not 1 at token \(token)", token: token)
    }
    guard let token = ids.firstIndex(where: { !table.contains($0) }) else { return nil }
    return Finding(
      .tokenOutsideVocabulary, "token \(token) is \(ids[token]) of \(table.count)", token: token)
  }

  private func coverFault(_ spans: [SampleSpan], tokens: Int, bytes: Int) -> Finding? {
    var (token, byte) = (0, 0)
    for span in spans {
      guard span.tokens.lowerBound == token, span.bytes.lowerBound == byte else {
        return Finding(
          .spansDoNotCover, "token \(token), byte \(byte): a gap or an overlap", token: token)
      }
      (token, byte) = (span.tokens.upperBound, span.bytes.upperBound)
    }
    guard token != tokens || byte != bytes else { return nil }
    return Finding(.spansDoNotCover, "they end at token \(token), byte \(byte)")
  }

  // MARK: Labels

  /// Every label must be what the spans' bytes say, and something must be supervised.
  private func labelFaults(_ row: RowFacts) -> [Finding] {
    var faults: [Finding] = []
    var supervised = 0
    for (index, label) in row.labels.enumerated() {
      if label != ignoreIndex {
        supervised += 1
        if label != row.ids[index] {
          faults.append(
            Finding(
              .labelDiffersFromToken, "token \(index) has the label \(label)", token: index))
        }
      }
      let reach = row.reach[index]
      let touched = row.spans[Int(reach.first)...Int(reach.last)]
      let all = touched.allSatisfy { $0.supervised }
      let some = all || touched.contains { $0.supervised }
      let wanted = options.border == .asTransformers ? some : all
      if wanted != (label != ignoreIndex) {
        let word = wanted ? "not supervised" : "supervised"
        faults.append(
          Finding(.supervisedTextDiffers, "token \(index) is \(word)", token: index))
      }
      if options.border == .cutAtAnswer, some != all, touched.contains(where: \.isAnswer) {
        faults.append(
          Finding(
            .tokenAcrossBorder, "token \(index) lies across an answer's border", token: index))
      }
    }
    if supervised == 0 {
      faults.append(Finding(.noSupervisedToken, "\(row.ids.count) tokens of context"))
    }
    return faults
  }

  /// A weight of 0 trains on nothing, whatever the label says.
  private func weightFaults(_ row: RowFacts) -> [Finding] {
    let span = row.spans.first { $0.supervised && !($0.weight > 0 && $0.weight.isFinite) }
    return span.map {
      [Finding(.wrongWeight, "the weight is \($0.weight)", token: $0.tokens.first)]
    } ?? []
  }

  /// Control tokens stand only where the template writes them, and the begin token only in front.
  private func controlFaults(_ row: RowFacts, _ template: TemplateTokens) -> [Finding] {
    var faults: [Finding] = []
    let ownTokensOnly = !unproven.contains(.controlTokens)
    for span in row.spans where ownTokensOnly {
      for index in span.tokens where table.isSpecial(row.ids[index]) {
        if span.kind == .content || !template.all.contains(row.ids[index]) {
          faults.append(
            Finding(
              .controlTokenFromData, "token \(index) is \(row.ids[index])", token: index))
        }
      }
    }
    if let begin = template.begin, begin != template.endOfTurn {
      let places = row.ids.indices.filter { row.ids[$0] == begin }
      // Templates in Jinja may open only with a question or a system message, as InternLM 2's does.
      let needsNone = places.isEmpty && row.beginsWithAnswer && !template.alwaysBegins
      if places != [0] && !needsNone {
        faults.append(
          Finding(
            .misplacedBeginToken, "at \(places), not at 0", token: places.first { $0 > 0 } ?? 0))
      }
    }
    return faults
  }

  /// Headers and separators are trained on only where everything is.
  private func headerFaults(_ row: RowFacts) -> [Finding] {
    guard options.trainOn != .all else { return [] }
    let span = row.spans.first { $0.supervised && $0.isFrame }
    return span.map {
      [Finding(.supervisedHeader, "tokens \($0.tokens)", token: $0.tokens.first)]
    } ?? []
  }

  // MARK: Ends of turns

  /// Behind each supervised answer stands the template's end token, supervised as the options say.
  /// Only the last message may lack it, and only where rows are cut; and an answer that goes on in
  /// another one, where the template lets it.
  private func endFaults(
    _ row: RowFacts, _ template: TemplateTokens
  ) -> (faults: [Finding], isCut: Bool) {
    guard !unproven.contains(.messageBorders) else { return ([], false) }
    // A template that ends no answer with a control token has none to check.
    guard template.endOfTurn != nil || row.spans.contains(where: { $0.kind == .endOfTurn }) else {
      return ([], false)
    }
    var faults: [Finding] = []
    var isCut = false
    let answers = row.supervisedMessages
    for message in answers where !(template.continuesTurns && row.isContinued(message)) {
      let ends = row.spans.filter { $0.message == message && $0.kind == .endOfTurn }
      guard let end = ends.first, ends.count == 1 else {
        let lacksEnd = options.truncation == .right && row.isLast(message) && ends.isEmpty
        isCut = isCut || lacksEnd
        // Where no end is trained on, none has to be there.
        let needsNone = options.trainOnEOS == .none && ends.isEmpty
        if !lacksEnd && !needsNone && !row.isPrompt(message) {
          let last = row.spans.last { $0.message == message }?.tokens.last
          faults.append(
            Finding(.unsupervisedEndOfTurn, "message \(message) has none", token: last))
        }
        continue
      }
      faults += endFault(of: message, at: end, row, template, isLast: message == answers.last)
    }
    return (faults, isCut)
  }

  private func endFault(
    of message: Int, at end: SampleSpan, _ row: RowFacts, _ template: TemplateTokens, isLast: Bool
  ) -> [Finding] {
    let token = end.tokens.first
    guard end.tokens.count == 1, template.ends.contains(row.ids[end.tokens.lowerBound])
    else {
      return [
        Finding(.wrongEndOfTurn, "message \(message), tokens \(end.tokens)", token: token)
      ]
    }
    let wanted =
      switch options.trainOnEOS {
      case .turn: true
      case .last: isLast
      case .none: false
      }
    // The last answer of a row that was cut may not be the last of the conversation.
    let mayLack = options.trainOnEOS == .last && options.truncation == .right
    guard wanted != end.supervised && !mayLack else { return [] }
    return [
      Finding(.unsupervisedEndOfTurn, "message \(message), tokens \(end.tokens)", token: token)
    ]
  }
}
