internal import Artifacts
internal import Batching

/// Where tokens went, as the page draws it.
enum LedgerPage {
  /// A bar for the whole set, one a split, one a language and one a source.
  static func json(_ manifest: ShardManifest) -> JSONValue {
    let totals = manifest.totals
    var bars: [JSONValue] = [bar("all", "", totals.ledger)]
    bars += manifest.splits.map { bar("split", $0.split.rawValue, $0.counts.ledger) }
    for (group, ledgers) in [
      ("language", totals.languageLedgers), ("source", totals.sourceLedgers),
    ] {
      let sorted = ledgers.sorted { ($1.value.rendered, $0.key) < ($0.value.rendered, $1.key) }
      bars += sorted.prefix(mostBars).map { bar(group, $0.key, $0.value) }
      if sorted.count > mostBars {
        var rest = TokenLedger()
        for (_, ledger) in sorted.dropFirst(mostBars) { rest.add(ledger) }
        bars.append(bar(group, "\(sorted.count - mostBars) others", rest))
      }
    }
    return .array(bars)
  }

  /// So many languages or sources have a bar of their own; the smaller ones share one.
  private static let mostBars = 30

  private static func bar(_ group: String, _ name: String, _ ledger: TokenLedger) -> JSONValue {
    let dropped = ledger.dropped.sorted { $0.key < $1.key }
    return [
      "group": .string(group), "name": .string(name), "rendered": JSONValue(ledger.rendered),
      "repeated": JSONValue(ledger.repeated),
      "supervised": JSONValue(ledger.supervised), "context": JSONValue(ledger.context),
      "truncated": JSONValue(ledger.truncated),
      "dropped": JSONValue(dropped.reduce(0) { $0 + $1.value }),
      "reasons": .object(JSONObject(dropped.map { ($0.key, JSONValue($0.value)) })),
    ]
  }
}
