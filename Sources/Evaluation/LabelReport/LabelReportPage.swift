internal import Artifacts
package import Batching
internal import Conversations
package import Tokenization

/// A page for those who sign a shard set off: the ledger, the proof, and sampled rows as conversation
/// and as tokens with their labels. One self-contained file, no outside requests.
package struct LabelReportPage: Sendable {
  private let manifest: ShardManifest
  private let name: String
  private let digest: String
  private let approval: ShardSet.ApprovalState
  private let sample: ShardSample
  private let traits: [ShardSample.Trait]
  private let seed: UInt64
  private let created: String
  private let rows: [LabelReportRow]

  /// A page about a set.
  ///
  /// - Parameter created: when, as it is shown.
  /// - Throws: `checkFailed` if the tokenizer is not the set's; `malformed` if a row cannot be read.
  package init(
    _ set: ShardSet, rows sample: ShardSample, traits: [ShardSample.Trait], seed: UInt64,
    tokenizer: some Tokenizer, created: String
  ) throws {
    guard tokenizer.digest == set.manifest.tokenizerDigest else {
      throw AksharaError(
        .checkFailed, "the tokenizer is not the one that the set was made with",
        at: SourceLocation(file: set.path), remedy: "name the right one with --tokenizer")
    }
    (manifest, approval) = (set.manifest, try set.approvalState())
    name = Path.name(of: Path.normalized(set.path))
    digest = set.manifest.contentDigest.description
    (self.sample, self.traits, self.seed, self.created) = (sample, traits, seed, created)
    rows = try sample.rows.map { row in
      LabelReportRow(place: row, record: try set.record(row.split, row.row), tokenizer: tokenizer)
    }
  }

  /// How many rows it shows.
  package var rowCount: Int { rows.count }

  /// The page's bytes.
  package var bytes: [UInt8] { Array(html.description.utf8) }

  private var html: HTML {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(name) · labels · Akshara report</title>
    <style>\(HTML(ReportStyle.css + Self.css))</style></head><body>
    <header><h1>Labels of \(name)</h1>
    <p class="quiet">Akshara report · \(created) · <code>\(digest)</code></p></header>
    <main>\(HTML.joined(sections))</main></body></html>

    """
  }

  private static let css = """

    .state { font-weight: 600; } .state.bad { color: var(--two); }
    .row { border-top: 1px solid var(--rule); padding: .6rem 0; }
    .row > summary { cursor: pointer; } .row[open] > summary { margin-bottom: .6rem; }
    .message { margin: .5rem 0; padding: .5rem .8rem; border-left: .25rem solid var(--rule);
      background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere; }
    .message.supervised { border-color: var(--one); }
    .message .role { display: block; color: var(--quiet); font-size: .8rem; }
    .message mark { background: var(--supervised); color: inherit; }
    """

  private var sections: [HTML] {
    [
      section("What there is", [tiles]), section("Where every token went", [ledger]),
      section("What became of conversations", [rowTable]), section("The proof", [proof]),
      section("What was used", [facts]), section("Kinds of rows", [kinds]),
      section("Rows", rows.map(\.html)),
    ]
  }

  private func section(_ title: String, _ body: [HTML]) -> HTML {
    "<section><h2>\(title)</h2>\(HTML.joined(body))</section>"
  }

  // MARK: Counts

  private var tiles: HTML {
    let totals = manifest.totals
    let kept = totals.ledger.supervised + totals.ledger.context
    let share = kept == 0 ? 0 : Double(totals.ledger.supervised) / Double(kept)
    let tiles: [HTML] = [
      tile("rows", NumberText.count(totals.rowsKept), "of \(NumberText.count(totals.rowsIn)) read"),
      tile("tokens", NumberText.count(kept), "in rows"),
      tile("trained on", NumberText.percent(share), NumberText.count(totals.ledger.supervised)),
    ]
    return "<div class=\"tiles\">\(HTML.joined(tiles))</div>\(states)"
  }

  private func tile(_ name: String, _ value: String, _ note: String) -> HTML {
    """
    <div class="tile"><div class="quiet">\(name)</div><div class="number">\(value)</div>\
    <div class="quiet">\(note)</div></div>
    """
  }

  private var states: HTML {
    let holds = manifest.proof?.holds == true
    let open = manifest.proof?.unproven.map(\.rawValue).joined(separator: ", ") ?? ""
    let text =
      switch (manifest.proof, holds, open.isEmpty) {
      case (nil, _, _): "The labels were never verified."
      case (_, false, _): "The proof does not hold."
      case (_, true, true): "The proof holds."
      case (_, true, false): "No fault was found, but these could not be checked: \(open)."
      }
    return """
      <p class="state \(holds ? "good" : "bad")">\(text)</p><p class="state">\(approval.line)</p>
      """
  }

  private var ledger: HTML {
    .table(
      ["split", "rendered", "supervised", "context", "truncated", "dropped", "adds up"],
      manifest.splits.map { record in
        let ledger = record.counts.ledger
        let counts = [
          ledger.rendered, ledger.supervised, ledger.context, ledger.truncated,
          ledger.dropped.values.reduce(0, +),
        ]
        return ["\(record.split.rawValue)"] + counts.map { "\(NumberText.count($0))" }
          + ["\(ledger.isConserved ? "yes" : "NO")"]
      })
  }

  private var rowTable: HTML {
    func names(_ counts: [String: Int]) -> HTML {
      let texts = counts.sorted { $0.key < $1.key }.map {
        "\($0.key.isEmpty ? "not known" : $0.key) \(NumberText.count($0.value))"
      }
      return "\(texts.isEmpty ? "–" : texts.joined(separator: ", "))"
    }
    return .table(
      [
        "split", "read", "kept", "dropped", "cut", "changed by the template",
        "control tokens typed",
      ],
      manifest.splits.map { record in
        let counts = record.counts
        return [
          "\(record.split.rawValue)", "\(NumberText.count(counts.rowsIn))",
          "\(NumberText.count(counts.rowsKept))", names(counts.dropped), names(counts.truncated),
          names(counts.changes), names(counts.controlTokenText),
        ]
      })
  }

  private var proof: HTML {
    guard let proof = manifest.proof else { return "<p>There is none.</p>" }
    let faults = SupervisionProof.Fault.allCases.map { fault -> [HTML] in
      let count = proof.faults[fault] ?? 0
      return ["<code>\(fault.rawValue)</code>", "\(NumberText.count(count))"]
    }
    let seen = SupervisionProof.Observation.allCases.map { name -> [HTML] in
      ["<code>\(name.rawValue)</code> (no fault)", "\(proof.observations[name] ?? 0)"]
    }
    let compared: HTML =
      proof.conversations.map { "<p>\($0.summary)</p>" }
      ?? "<p class=\"quiet\">The rows were not compared with their conversations.</p>"
    return """
      <p>\(NumberText.count(proof.rows)) rows were checked.</p>\(compared)
      \(HTML.table(["check", "rows that fail it"], faults + seen))
      """
  }

  private var facts: HTML {
    let options = manifest.options.json.object?.pairs ?? []
    let templates = manifest.templates.map { "\($0.name) \($0.digest)" }
    var rows: [[HTML]] = [
      ["tokenizer", "<code>\(manifest.tokenizerDigest)</code>"],
      ["templates", "<code>\(templates.joined(separator: ", "))</code>"],
    ]
    rows += options.map { ["\($0.key)", "<code>\($0.value.compactString)</code>"] }
    rows += manifest.inputs.map { ["input \($0.name)", "<code>\($0.digest.description)</code>"] }
    return .table(["what", "which"], rows)
  }

  private var missing: HTML {
    sample.missingLine.map { "<p class=\"state bad\">\($0)</p>" } ?? ""
  }

  private var kinds: HTML {
    let names = traits.map(\.rawValue)
    let rows = sample.kinds.map { kind, count -> [HTML] in
      let shown = sample.rows.count { $0.kind == kind }
      return kind.map { "\($0.isEmpty ? "not known" : $0)" }
        + ["\(NumberText.count(count))", "\(NumberText.count(shown))"]
    }
    return """
      <p class="quiet">\(NumberText.count(sample.rows.count)) rows were picked by chance, with the seed \
      \(String(seed)).</p>\(missing)\(HTML.table(names + ["rows", "shown"], rows))
      """
  }
}
