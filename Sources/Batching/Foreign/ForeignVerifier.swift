internal import Artifacts
internal import Conversations
public import Tokenization

/// Checks what a tokenized data set of another tool's trains on, row by row, as far as that can be
/// told from what is at hand.
///
///     tokenizer                     labels, begin and end tokens, lengths, packing
///     + template                    headers, answers, ends of turns, control tokens in messages
///     + template + conversations    everything: each row is rendered again
public struct ForeignVerifier: Sendable {
  /// What is known of how the set was made.
  public struct Knowledge: Sendable {
    /// How rows are rendered; `templates` counts only if `isTemplateGiven`.
    public var options = FormatOptions(maxLength: FormatOptions.longestRow)
    /// Whether the template is known.
    public var isTemplateGiven = false
    /// The conversations that the set was made of.
    public var conversations: [String]?
    /// What the tokenizer's folder names as begin, end and padding.
    public var tokens = ModelTokens()

    /// Nothing is known.
    public init() {}

    /// What options say, and what stands beside the tokenizer's file. Rows may be of any length: whoever
    /// made them has cut them already.
    ///
    /// - Parameter conversations: none are known where there are none.
    /// - Throws: `malformed` for a file beside the tokenizer that is no JSON document.
    public init(
      _ options: FormatOptions, isTemplateGiven: Bool, conversations: [String], tokenizer: String
    ) throws {
      self.options = options
      self.options.maxLength = FormatOptions.longestRow
      self.isTemplateGiven = isTemplateGiven
      self.conversations = conversations.isEmpty ? nil : conversations
      tokens = try ModelTokens(beside: tokenizer)
    }
  }

  private let tokenizer: any Tokenizer
  private let knowledge: Knowledge
  private let threads: Int
  private let table: TokenTable

  /// So many rows are looked at to recognize a template.
  private static let rowsToRecognize = 64

  /// A verifier.
  public init(tokenizer: any Tokenizer, knowledge: Knowledge = Knowledge(), threads: Int = 1) {
    self.tokenizer = tokenizer
    self.knowledge = knowledge
    self.threads = max(1, threads)
    table = TokenTable(tokenizer)
  }

  /// Checks every row.
  ///
  /// - Throws: `malformed`, `missingFile`, `unreadable`; `unsupported` if a file needs the Arrow
  ///   plug-in; `invalidOption` if the tokenizer has not the template's control tokens.
  public func verify(_ set: ForeignSet) throws -> ForeignReport { try compare(set).report }

  /// Checks every row, and gives the comparison with the conversations, if they are at hand.
  ///
  /// - Parameter kept: takes the rows that the template makes of the conversations.
  func compare(
    _ set: ForeignSet, keeping kept: RenderedRows? = nil
  ) throws -> (report: ForeignReport, comparison: ForeignComparison?) {
    var report = ForeignReport(path: set.path)
    let patterns = try patterns(of: set, &report)
    let comparison =
      knowledge.isTemplateGiven
      ? try knowledge.conversations.map {
        try ForeignComparison(
          conversations: $0, options: knowledge.options, tokenizer: tokenizer, threads: threads,
          keeping: kept)
      } : nil
    let checker = checker(patterns)
    var puzzles: [(example: Int, number: Int, sample: ForeignSample)] = []
    for part in set.parts {
      var rows = 0
      let reader = ForeignReader(part)
      try OrderedWork.run(
        threads: threads, next: reader.next,
        work: { Self.check($0, by: checker) },
        consume: { block in
          report.labelSource = block.source
          rows += block.rows
          for sample in block.samples {
            take(sample, of: part.name, comparison, &report, &puzzles)
          }
        })
      report.splits.append((part.name, rows))
    }
    if let comparison { try finish(comparison, puzzles, &report) }
    addNotices(&report)
    return (report, comparison)
  }

  // MARK: Rows

  private struct CheckedBlock: Sendable {
    var rows = 0
    var source = ForeignLabelSource.none
    var samples: [(sample: ForeignSample, findings: [ForeignChecker.Finding])] = []
  }

  private static func check(_ rows: ForeignRows, by checker: ForeignChecker) -> CheckedBlock {
    let cutter = checker.cutter(rows)
    var block = CheckedBlock(rows: rows.rowCount, source: cutter.source)
    for row in 0..<rows.rowCount {
      for sample in cutter.samples(of: row, in: rows) {
        block.samples.append((sample, checker.check(sample)))
      }
    }
    return block
  }

  private func take(
    _ checked: (sample: ForeignSample, findings: [ForeignChecker.Finding]), of split: String,
    _ comparison: ForeignComparison?, _ report: inout ForeignReport,
    _ puzzles: inout [(example: Int, number: Int, sample: ForeignSample)]
  ) {
    let sample = checked.sample
    report.samples += 1
    report.tokens.all += sample.ids.count
    let supervised = sample.labels.count { $0 != ignoreIndex }
    report.tokens.supervised += supervised
    if supervised == sample.ids.count { report.wholeRows += 1 }
    if sample.hasOpenPadding { report.openRows += 1 }
    // Where values are missing there is no row to compare.
    let isReadable = Set(sample.faults).isDisjoint(with: [.missingValue, .unequalColumns])
    let match = isReadable ? comparison?.match(sample) : nil
    // A row that is just what the template makes was checked where it was made.
    let isKnown = match?.isSound ?? false && sample.faults.isEmpty
    for finding in checked.findings where !isKnown { note(finding, sample, split, &report) }
    switch match {
    case nil, .identical?: break
    case .otherLabels(let number)?:
      if note(ForeignChecker.Finding(.otherLabels, ""), sample, split, &report) {
        puzzles.append((report.examples.count - 1, number, sample))
      }
    case .otherTokens(let number)?:
      let finding = ForeignChecker.Finding(.otherTokens, "no conversation begins like it")
      if note(finding, sample, split, &report), let number {
        puzzles.append((report.examples.count - 1, number, sample))
      }
    }
  }

  /// Counts a fault; `true` if it is told by itself, too: the first few of each kind are.
  @discardableResult
  private func note(
    _ finding: ForeignChecker.Finding, _ sample: ForeignSample, _ split: String,
    _ report: inout ForeignReport
  ) -> Bool {
    report.faults[finding.fault, default: 0] += 1
    guard report.faults[finding.fault] ?? 0 <= Self.mostExamplesOfAKind else { return false }
    let excerpt = finding.token.map { token in
      sample.ids.withUnsafeBufferPointer { ids in
        sample.labels.withUnsafeBufferPointer { labels in
          LabelExcerpt(ids: ids, labels: labels, around: token, table)
        }
      }
    }
    report.examples.append(
      ForeignReport.Example(
        split: split, row: sample.row, fault: finding.fault, detail: finding.detail,
        excerpt: excerpt))
    return true
  }

  /// So many rows are told one by one for each kind of fault.
  private static let mostExamplesOfAKind = 5

  private func finish(
    _ comparison: ForeignComparison,
    _ puzzles: [(example: Int, number: Int, sample: ForeignSample)],
    _ report: inout ForeignReport
  ) throws {
    comparison.finish()
    report.comparison = comparison.counts
    guard !puzzles.isEmpty else { return }
    let texts = try comparison.explain(puzzles.map { ($0.number, $0.sample) }, table)
    for (puzzle, text) in zip(puzzles, texts) where !text.isEmpty {
      report.examples[puzzle.example].detail = text
    }
  }

  // MARK: What is known

  /// What checks the rows of a set.
  func checker(for set: ForeignSet) throws -> ForeignChecker {
    var report = ForeignReport(path: set.path)
    return checker(try patterns(of: set, &report))
  }

  private func checker(_ patterns: TurnPatterns?) -> ForeignChecker {
    func id(_ text: String?) -> TokenID? { text.flatMap { tokenizer.specialToken($0) } }
    let sequence = SequenceTokens(of: tokenizer)
    var ends = Set([id(knowledge.tokens.end), id(sequence?.end)].compactMap { $0 })
    if let end = patterns?.endOfTurn { ends.insert(end) }
    return ForeignChecker(
      table: table, patterns: patterns,
      begin: id(knowledge.tokens.begin) ?? tokenizer.leadingTokens.first ?? id(sequence?.begin),
      ends: ends, padding: id(knowledge.tokens.padding), trainOn: knowledge.options.trainOn,
      trainOnEOS: knowledge.options.trainOnEOS)
  }

  /// The forms of the template that was given, or of the one that the first rows are in.
  private func patterns(
    of set: ForeignSet, _ report: inout ForeignReport
  ) throws -> TurnPatterns? {
    if knowledge.isTemplateGiven {
      let template = try TemplateChooser(knowledge.options, tokenizer: tokenizer).all[0]
      report.template = (template.name, true)
      return TurnPatterns(template, tokenizer: tokenizer)
    }
    let recognized = try recognize(set)
    report.template = recognized.map { ($0.name, false) }
    return recognized
  }

  /// The template in whose form most of the first rows are; more than half must be.
  private func recognize(_ set: ForeignSet) throws -> TurnPatterns? {
    guard let part = set.parts.first(where: { !$0.files.isEmpty }),
      let rows = try ForeignReader(part).next()
    else { return nil }
    let cutter = ForeignRowCutter(Set(rows.columns.keys), padding: nil)
    let samples = (0..<min(rows.rowCount, Self.rowsToRecognize)).compactMap {
      cutter.samples(of: $0, in: rows).first
    }
    var best: (patterns: TurnPatterns, score: Int)?
    for name in TemplateCatalog.names {
      guard let template = try? TemplateCatalog.template(named: name, for: tokenizer) else {
        continue
      }
      let patterns = TurnPatterns(template, tokenizer: tokenizer)
      let score = samples.count { !TurnScanner($0.ids, by: patterns, table).turns().isEmpty }
      if score > best?.score ?? 0 { best = (patterns, score) }
    }
    return best.flatMap { $0.score * 2 > samples.count ? $0.patterns : nil }
  }

  private func addNotices(_ report: inout ForeignReport) {
    if report.wholeRows > 0 {
      report.notices.append(
        "\(report.wholeRows) of \(report.samples) samples train on every token, prompts too")
    }
    if report.openRows > 0 {
      report.notices.append("\(report.openRows) rows end with padding that no attention mask hides")
    }
    if let padding = knowledge.tokens.padding, padding == knowledge.tokens.end {
      report.notices.append(
        "the tokenizer pads with its end token `\(padding)`: trainers that hide padding by its ID "
          + "hide the ends of answers too")
    }
    if let missing = report.comparison?.missing, missing > 0 {
      report.notices.append("\(missing) conversations are in no row: filtered, cut or changed")
    }
    if let repeated = report.comparison?.repeated, repeated > 0 {
      report.notices.append("\(repeated) rows repeat others: what they teach counts more than once")
    }
    guard report.comparison == nil else { return }
    if !knowledge.isTemplateGiven {
      report.unchecked.append(
        .init(
          check: .messageBorders,
          reason: "where messages begin and end is not known; name the template with --template"))
    }
    let needs = knowledge.isTemplateGiven ? "give" : "give the template, and"
    report.unchecked.append(
      .init(
        check: .originalText,
        reason: "the text cannot be compared; \(needs) the conversations with --conversations"))
    report.unchecked.append(
      .init(
        check: .controlTokens,
        reason: "a set does not say whether a control token was typed by a user; \(needs) the "
          + "conversations with --conversations"))
  }
}
