public import Artifacts

/// Where the rows and tokens of a split went: `rows in + rows added = kept + dropped`, and the token
/// ledger.
public struct ShardCounts: Sendable, Equatable {
  /// Conversations read.
  public var rowsIn = 0
  /// Rows that came of splitting long conversations, beyond one for each.
  public var rowsAdded = 0
  /// Rows written.
  public var rowsKept = 0
  /// Conversations that became no row, by reason.
  public var dropped: [String: Int] = [:]
  /// Conversations that were cut and kept, by the way they were cut.
  public var truncated: [String: Int] = [:]
  /// Answers to be trained on that were cut off conversations which were kept, by the way.
  public var answersLeftOut: [String: Int] = [:]
  /// Where every token went.
  public var ledger = TokenLedger()
  /// Borders of answers in kept rows that a token would lie across if text were tokenized as
  /// rendered; what became of such tokens says the option `border`.
  public var straddles = 0
  /// What the templates did not render as it stood, in kept rows.
  public var changes: [String: Int] = [:]
  /// Texts of control tokens in messages, which stayed text, in all rows.
  public var controlTokenText: [String: Int] = [:]
  /// Rows kept, by language; "" where it is not known.
  public var languages: [String: Int] = [:]
  /// Rows kept, by source; "" where it is not known.
  public var sources: [String: Int] = [:]
  /// Where the tokens of each language went; "" where it is not known.
  public var languageLedgers: [String: TokenLedger] = [:]
  /// Where the tokens of each source went; "" where it is not known.
  public var sourceLedgers: [String: TokenLedger] = [:]

  /// Nothing counted yet.
  public init() {}

  /// How many conversations became no row.
  public var rowsDropped: Int { dropped.values.reduce(0, +) }

  /// Whether every row and every token is accounted for, also those of each language and source.
  public var isConserved: Bool {
    rowsIn + rowsAdded == rowsKept + rowsDropped && ledger.isConserved
      && [languages, sources].allSatisfy { $0.values.reduce(0, +) == rowsKept }
      && [languageLedgers, sourceLedgers].allSatisfy { parts in
        parts.values.allSatisfy(\.isConserved)
          && parts.values.reduce(into: TokenLedger()) { $0.add($1) }.countsLike(ledger)
      }
  }

  /// Adds another split's counts.
  public mutating func add(_ other: ShardCounts) {
    rowsIn += other.rowsIn
    rowsAdded += other.rowsAdded
    rowsKept += other.rowsKept
    straddles += other.straddles
    ledger.add(other.ledger)
    for (name, part) in other.languageLedgers { languageLedgers[name, default: .init()].add(part) }
    for (name, part) in other.sourceLedgers { sourceLedgers[name, default: .init()].add(part) }
    dropped.merge(other.dropped, uniquingKeysWith: +)
    truncated.merge(other.truncated, uniquingKeysWith: +)
    answersLeftOut.merge(other.answersLeftOut, uniquingKeysWith: +)
    changes.merge(other.changes, uniquingKeysWith: +)
    controlTokenText.merge(other.controlTokenText, uniquingKeysWith: +)
    languages.merge(other.languages, uniquingKeysWith: +)
    sources.merge(other.sources, uniquingKeysWith: +)
  }

  /// Counts what became of one conversation.
  mutating func count(_ outcome: SampleMaker.Outcome, language: String?, source: String?) {
    let before = ledger
    defer { attribute(ledger.since(before), language, source) }
    rowsIn += 1
    ledger.rendered += outcome.renderedTokens
    controlTokenText.merge(outcome.controlTokenText, uniquingKeysWith: +)
    guard !outcome.samples.isEmpty else {
      let reason = outcome.droppedFor.rawValue
      dropped[reason, default: 0] += 1
      ledger.dropped[reason, default: 0] += outcome.renderedTokens
      return
    }
    let rows = outcome.samples.count
    rowsKept += rows
    rowsAdded += rows - 1
    let tokens = outcome.samples.reduce(0) { $0 + $1.inputIDs.count }
    let supervised = outcome.samples.reduce(0) { $0 + $1.supervisedCount }
    ledger.supervised += supervised
    ledger.context += tokens - supervised
    ledger.repeated += outcome.repeatedTokens
    ledger.truncated += outcome.renderedTokens + outcome.repeatedTokens - tokens
    straddles += outcome.straddles
    if let truncation = outcome.truncation {
      truncated[truncation.rawValue, default: 0] += 1
      if outcome.answersLeftOut > 0 {
        answersLeftOut[truncation.rawValue, default: 0] += outcome.answersLeftOut
      }
    }
    for (change, count) in outcome.changes { changes[change.rawValue, default: 0] += count }
    languages[language ?? "", default: 0] += rows
    sources[source ?? "", default: 0] += rows
  }

  /// Counts rows of plain conversations, of which nothing was cut or dropped.
  mutating func count(_ tally: PlainTally) {
    let before = ledger
    let language = String(decoding: tally.language, as: UTF8.self)
    let source = String(decoding: tally.source, as: UTF8.self)
    rowsIn += tally.rows
    rowsKept += tally.rows
    ledger.rendered += tally.tokens
    ledger.supervised += tally.supervised
    ledger.context += tally.tokens - tally.supervised
    straddles += tally.straddles
    if tally.trimmedContents > 0 {
      changes[RenderingChange.trimmedContent.rawValue, default: 0] += tally.trimmedContents
    }
    languages[language, default: 0] += tally.rows
    sources[source, default: 0] += tally.rows
    attribute(ledger.since(before), language, source)
  }

  /// Counts a row that was made elsewhere, of which a cut character was left out, if `cut` is above 0.
  mutating func count(_ record: ShardRecord, without cut: Int, as truncation: String) {
    let before = ledger
    let tokens = record.sample.inputIDs.count
    let supervised = record.sample.supervisedCount
    rowsIn += 1
    rowsKept += 1
    ledger.rendered += tokens + cut
    ledger.supervised += supervised
    ledger.context += tokens - supervised
    ledger.truncated += cut
    if cut > 0 { truncated[truncation, default: 0] += 1 }
    languages[record.language ?? "", default: 0] += 1
    sources[record.source ?? "", default: 0] += 1
    attribute(ledger.since(before), record.language, record.source)
  }

  /// Counts a row that was made elsewhere and became none.
  mutating func countDropped(tokens: Int, for reason: String) {
    let before = ledger
    rowsIn += 1
    ledger.rendered += tokens
    dropped[reason, default: 0] += 1
    ledger.dropped[reason, default: 0] += tokens
    attribute(ledger.since(before), nil, nil)
  }

  /// Says whose the tokens of one conversation are.
  private mutating func attribute(_ part: TokenLedger, _ language: String?, _ source: String?) {
    languageLedgers[language ?? "", default: .init()].add(part)
    sourceLedgers[source ?? "", default: .init()].add(part)
  }

  /// The counts as written into a manifest; keys sorted.
  public var json: JSONValue {
    [
      "rows_in": JSONValue(rowsIn), "rows_added": JSONValue(rowsAdded),
      "rows_kept": JSONValue(rowsKept), "rows_dropped": Self.json(dropped),
      "rows_truncated": Self.json(truncated), "answers_left_out": Self.json(answersLeftOut),
      "tokens": ledger.json, "border_straddles": JSONValue(straddles),
      "rendering_changes": Self.json(changes), "control_token_text": Self.json(controlTokenText),
      "languages": Self.json(languages), "sources": Self.json(sources),
      "tokens_by_language": Self.json(languageLedgers),
      "tokens_by_source": Self.json(sourceLedgers),
    ]
  }

  private static func json(_ counts: [String: Int]) -> JSONValue {
    .object(
      JSONObject(
        counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
          .map { ($0.key, JSONValue($0.value)) }))
  }

  private static func json(_ ledgers: [String: TokenLedger]) -> JSONValue {
    .object(
      JSONObject(
        ledgers.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
          .map { ($0.key, $0.value.json) }))
  }

  /// Reads ledgers; `nil` if one is broken.
  private static func ledgers(_ json: JSONValue?) -> [String: TokenLedger]? {
    guard let object = json?.object else { return nil }
    var ledgers: [String: TokenLedger] = [:]
    for pair in object.pairs {
      guard let ledger = TokenLedger(json: pair.value) else { return nil }
      ledgers[pair.key] = ledger
    }
    return ledgers
  }

  /// Reads counts from a manifest; `nil` if one is missing or below zero.
  init?(json: JSONValue) {
    func count(_ key: String) -> Int? { json[key].flatMap(Self.natural) }
    func counts(_ key: String) -> [String: Int]? {
      var result: [String: Int] = [:]
      guard let object = json[key]?.object else { return nil }
      for pair in object.pairs {
        guard let value = Self.natural(pair.value) else { return nil }
        result[pair.key] = value
      }
      return result
    }
    guard let rowsIn = count("rows_in"), let rowsAdded = count("rows_added"),
      let rowsKept = count("rows_kept"), let dropped = counts("rows_dropped"),
      let truncated = counts("rows_truncated"), let answersLeftOut = counts("answers_left_out"),
      let ledger = json["tokens"].flatMap(TokenLedger.init(json:)),
      let straddles = count("border_straddles"), let changes = counts("rendering_changes"),
      let controlTokenText = counts("control_token_text"), let languages = counts("languages"),
      let sources = counts("sources"),
      let languageLedgers = Self.ledgers(json["tokens_by_language"]),
      let sourceLedgers = Self.ledgers(json["tokens_by_source"])
    else { return nil }
    (self.rowsIn, self.rowsAdded, self.rowsKept) = (rowsIn, rowsAdded, rowsKept)
    (self.dropped, self.answersLeftOut) = (dropped, answersLeftOut)
    (self.truncated, self.ledger, self.straddles) = (truncated, ledger, straddles)
    (self.changes, self.controlTokenText) = (changes, controlTokenText)
    (self.languages, self.sources) = (languages, sources)
    (self.languageLedgers, self.sourceLedgers) = (languageLedgers, sourceLedgers)
  }

  private static func natural(_ value: JSONValue) -> Int? {
    value.integer.flatMap { $0 >= 0 ? Int($0) : nil }
  }
}
