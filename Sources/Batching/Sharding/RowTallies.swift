/// Rows and tokens as they stand in files: of all rows, and of those of each language and source.
///
/// What `ShardCounts` says of a split is compared with it.
struct RowTallies: Sendable, Equatable {
  /// How many rows, with how many tokens, and how many of these are trained on.
  struct Tally: Sendable, Equatable {
    var rows = 0
    var tokens = 0
    var supervised = 0

    mutating func addRow(tokens: Int, supervised: Int) {
      add(Tally(rows: 1, tokens: tokens, supervised: supervised))
    }

    mutating func add(_ other: Tally) {
      rows += other.rows
      tokens += other.tokens
      supervised += other.supervised
    }
  }

  private(set) var all = Tally()
  /// By language; "" where it is not known.
  private(set) var languages: [String: Tally] = [:]
  /// By source; "" where it is not known.
  private(set) var sources: [String: Tally] = [:]

  /// Takes in rows of one language and source.
  mutating func add(_ tally: Tally, language: String, source: String) {
    all.add(tally)
    languages[language, default: Tally()].add(tally)
    sources[source, default: Tally()].add(tally)
  }

  /// Takes in what was counted of other rows.
  mutating func add(_ other: RowTallies) {
    all.add(other.all)
    for (name, tally) in other.languages { languages[name, default: Tally()].add(tally) }
    for (name, tally) in other.sources { sources[name, default: Tally()].add(tally) }
  }
}

extension ShardCounts {
  /// What does not add up, or is not what was found in the split's files.
  func differences(from found: RowTallies) -> [String] {
    var differences: [String] = []
    if !isConserved { differences.append("the counts of rows or tokens do not add up") }
    let all = found.all
    if rowsKept != all.rows {
      differences.append("\(all.rows) rows, where the manifest counts \(rowsKept)")
    }
    if ledger.supervised != all.supervised || ledger.supervised + ledger.context != all.tokens {
      differences.append(
        "\(all.tokens) tokens, \(all.supervised) of them supervised, where the ledger has "
          + "\(ledger.supervised + ledger.context) and \(ledger.supervised)")
    }
    return differences
      + Self.differences("language", languages, languageLedgers, found.languages)
      + Self.differences("source", sources, sourceLedgers, found.sources)
  }

  private static func differences(
    _ kind: String, _ rows: [String: Int], _ ledgers: [String: TokenLedger],
    _ found: [String: RowTallies.Tally]
  ) -> [String] {
    Set(rows.keys).union(ledgers.keys).union(found.keys).sorted().compactMap { name in
      let ledger = ledgers[name] ?? TokenLedger()
      let counted = RowTallies.Tally(
        rows: rows[name] ?? 0, tokens: ledger.supervised + ledger.context,
        supervised: ledger.supervised)
      let found = found[name] ?? RowTallies.Tally()
      guard counted != found else { return nil }
      return "\(kind) `\(name)`: \(found.rows) rows with \(found.tokens) tokens, "
        + "\(found.supervised) of them supervised, where the manifest counts \(counted.rows), "
        + "\(counted.tokens) and \(counted.supervised)"
    }
  }
}
